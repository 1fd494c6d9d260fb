using System.Globalization;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Server.Api;

/// <summary>Turns the body of a grant into a lease; what is missing or meaningless is refused with its place.</summary>
internal static class GrantReader
{
    public static Lease Read(GrantBody body, LeaseId id, LeaseId? parent, DateTimeOffset now, Places places)
    {
        var life = places.Seconds("lifeSeconds", body.LifeSeconds, Lease.DefaultLife, Lease.MaxLife);
        return new Lease
        {
            Id = id,
            Agent = new AgentId(places.Name("agent", body.Agent)),
            Parent = parent,
            Purpose = places.Text("purpose", body.Purpose),
            Level = places.Word("level", body.Level, AgencyLevel.Rational),
            IssuedAt = now,
            ExpiresAt = now + life,
            Renewal = places.Seconds("renewalSeconds", body.RenewalSeconds, life, Lease.MaxLife),
            Cone = Read(body.Cone, places),
        };
    }

    private static LightCone Read(ConeBody body, Places places) =>
        new()
        {
            Operations = OperationsOf(body.Operations, places),
            Where = Read(body.Where, "cone.where", places),
            NotBefore = body.NotBefore,
            Windows = body.Windows?.Select((window, i) => Read(window, $"cone.windows[{i}]", places)).ToArray(),
            Freezes = [.. body.Freezes.Select((freeze, i) => Read(freeze, $"cone.freezes[{i}]", places))],
            Amounts = Read(body.Amounts, places),
            Manner = places.Word("cone.manner", body.Manner, Manner.ReadOnly),
        };

    private static Operations OperationsOf(IReadOnlyList<string> names, Places places)
    {
        if (names.Count == 0)
        {
            places.Refuse("cone.operations", $"expected some of all, {Words.All<Operations>()}");
        }

        return names
            .Select(
                (name, i) => name == "all" ? (Operations)0x7fff : places.Word<Operations>($"cone.operations[{i}]", name)
            )
            .Aggregate(Operations.None, (all, one) => all | one);
    }

    private static Selector Read(SelectorBody body, string at, Places places)
    {
        IReadOnlyList<string>? List(string name, IReadOnlyList<string>? items)
        {
            if (items?.Count > Limits.ConeItems)
            {
                places.Refuse($"{at}.{name}", $"expected at most {Limits.ConeItems} items");
            }

            return items?.ToArray();
        }

        return new Selector
        {
            Providers = List("providers", body.Providers),
            Accounts = List("accounts", body.Accounts),
            Regions = List("regions", body.Regions),
            Environments = List("environments", body.Environments),
            Kinds = List("kinds", body.Kinds),
            Owners = List("owners", body.Owners),
            Ids = List("ids", body.Ids),
            Labels = body.Labels is null ? null : new Dictionary<string, string>(body.Labels, StringComparer.Ordinal),
            Anchors = body.Anchors is { } anchors ? places.Ids($"{at}.anchors", List("anchors", anchors)!) : null,
            Hops = places.Within($"{at}.hops", (int?)body.Hops, 0, 0, 8),
        };
    }

    private static Window Read(WindowBody body, string at, Places places) =>
        new(
            [.. body.Days.Select((day, i) => places.Word<DayOfWeek>($"{at}.days[{i}]", day))],
            Time($"{at}.from", body.From, places),
            Time($"{at}.to", body.To, places)
        );

    private static TimeOnly Time(string at, string text, Places places)
    {
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time;
        }

        places.Refuse(at, "expected a time of the day (UTC), 09:30");
        return default;
    }

    private static Freeze Read(FreezeBody body, string at, Places places) =>
        new(
            places.Text($"{at}.name", body.Name),
            body.From,
            body.To,
            places.Text($"{at}.reason", body.Reason),
            body.Where is { } where ? Read(where, $"{at}.where", places) : null
        );

    private static Amounts Read(AmountsBody body, Places places)
    {
        var usual = new Amounts();
        return new Amounts
        {
            Resources = places.Within("cone.amounts.resources", body.Resources, usual.Resources, 0, int.MaxValue),
            Rows = places.Within("cone.amounts.rows", body.Rows, usual.Rows, 0, long.MaxValue),
            Stress = places.Within("cone.amounts.stress", body.Stress, usual.Stress, 0, 1e6),
            Irreversible = places.Within("cone.amounts.irreversible", body.Irreversible, 0, 0, 1_000_000),
            PerMinute = places.Within("cone.amounts.perMinute", body.PerMinute, usual.PerMinute, 0, 1_000_000),
            Outstanding = places.Within("cone.amounts.outstanding", body.Outstanding, usual.Outstanding, 0, 1_000_000),
        };
    }
}
