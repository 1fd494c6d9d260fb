using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Leases;

/// <summary>Leases as they stand in a ledger entry, in full: what is read back says the same as what was written.</summary>
internal static class LeaseRecord
{
    public static void Write(RecordWriter map, Lease lease)
    {
        map.Text("id", lease.Id.Value);
        map.Text("agent", lease.Agent.Value);
        map.Text("parent", lease.Parent?.Value);
        map.Text("purpose", lease.Purpose);
        map.Text("level", lease.Level.ToString());
        map.Time("issued", lease.IssuedAt);
        map.Time("expires", lease.ExpiresAt);
        map.Span("renewal", lease.Renewal);
        map.Span("growth", lease.GrowthTime);
        map.Text("secret", lease.SecretHash);
        map.Text("verifier", lease.PasswordVerifier.Length == 0 ? null : lease.PasswordVerifier);
        map.Map("cone", inner => Write(inner, lease.Cone));
    }

    public static Lease Read(RecordMap map) =>
        new()
        {
            Id = new LeaseId(map.Text("id")),
            Agent = new AgentId(map.Text("agent")),
            Parent = map.TextOrNull("parent") is { } parent ? new LeaseId(parent) : null,
            Purpose = map.Text("purpose"),
            Level = map.Enum<AgencyLevel>("level"),
            IssuedAt = map.Time("issued"),
            ExpiresAt = map.Time("expires"),
            Renewal = map.Span("renewal"),
            GrowthTime = map.Span("growth"),
            SecretHash = map.Text("secret"),
            PasswordVerifier = map.TextOrNull("verifier") ?? "",
            Cone = ReadCone(map.MapOrNull("cone") ?? throw new FormatException("cone is missing")),
        };

    private static void Write(RecordWriter map, LightCone cone)
    {
        map.Number("operations", (long)cone.Operations);
        map.Map("where", inner => Write(inner, cone.Where));
        map.Time("from", cone.NotBefore);
        map.Maps("windows", cone.Windows, Write);
        map.Maps("freezes", cone.Freezes, Write);
        map.Map("amounts", inner => Write(inner, cone.Amounts));
        map.Text("manner", cone.Manner.ToString());
    }

    private static LightCone ReadCone(RecordMap map) =>
        new()
        {
            Operations = (Operations)checked((ushort)map.Number("operations")),
            Where = ReadSelector(map.MapOrNull("where") ?? throw new FormatException("where is missing")),
            NotBefore = map.TimeOrNull("from"),
            Windows = map.MapsOrNull("windows")?.Select(ReadWindow).ToArray(),
            Freezes = [.. map.Maps("freezes").Select(ReadFreeze)],
            Amounts = ReadAmounts(map.MapOrNull("amounts") ?? throw new FormatException("amounts is missing")),
            Manner = map.Enum<Manner>("manner"),
        };

    private static void Write(RecordWriter map, Selector where)
    {
        map.Texts("providers", where.Providers?.ToArray());
        map.Texts("accounts", where.Accounts?.ToArray());
        map.Texts("regions", where.Regions?.ToArray());
        map.Texts("environments", where.Environments?.ToArray());
        map.Texts("kinds", where.Kinds?.ToArray());
        map.Texts("owners", where.Owners?.ToArray());
        map.Texts("ids", where.Ids?.ToArray());
        map.Maps(
            "labels",
            where.Labels?.OrderBy(label => label.Key, StringComparer.Ordinal).ToArray(),
            (inner, label) =>
            {
                inner.Text("key", label.Key);
                inner.Text("value", label.Value);
            }
        );
        map.Texts("anchors", where.Anchors?.Select(id => id.Value).ToArray());
        map.Number("hops", where.Hops);
    }

    private static Selector ReadSelector(RecordMap map) =>
        new()
        {
            Providers = map.TextsOrNull("providers"),
            Accounts = map.TextsOrNull("accounts"),
            Regions = map.TextsOrNull("regions"),
            Environments = map.TextsOrNull("environments"),
            Kinds = map.TextsOrNull("kinds"),
            Owners = map.TextsOrNull("owners"),
            Ids = map.TextsOrNull("ids"),
            Labels = map.MapsOrNull("labels")
                ?.ToDictionary(label => label.Text("key"), label => label.Text("value"), StringComparer.Ordinal),
            Anchors = map.TextsOrNull("anchors")?.Select(id => new ResourceId(id)).ToArray(),
            Hops = map.Int("hops"),
        };

    private static void Write(RecordWriter map, Window window)
    {
        map.Texts("days", [.. window.Days.Select(day => day.ToString())]);
        map.Number("from", window.From.Ticks);
        map.Number("to", window.To.Ticks);
    }

    private static Window ReadWindow(RecordMap map) =>
        new(
            [.. map.Texts("days").Select(day => Enum.Parse<DayOfWeek>(day))],
            new TimeOnly(map.Number("from")),
            new TimeOnly(map.Number("to"))
        );

    private static void Write(RecordWriter map, Freeze freeze)
    {
        map.Text("name", freeze.Name);
        map.Time("from", freeze.From);
        map.Time("to", freeze.To);
        map.Text("reason", freeze.Reason);
        if (freeze.Where is { } where)
        {
            map.Map("where", inner => Write(inner, where));
        }
    }

    private static Freeze ReadFreeze(RecordMap map) =>
        new(
            map.Text("name"),
            map.Time("from"),
            map.Time("to"),
            map.Text("reason"),
            map.MapOrNull("where") is { } where ? ReadSelector(where) : null
        );

    private static void Write(RecordWriter map, Amounts amounts)
    {
        map.Number("resources", amounts.Resources);
        map.Number("rows", amounts.Rows);
        map.Fraction("stress", amounts.Stress);
        map.Number("irreversible", amounts.Irreversible);
        map.Number("minute", amounts.PerMinute);
        map.Number("outstanding", amounts.Outstanding);
    }

    private static Amounts ReadAmounts(RecordMap map) =>
        new()
        {
            Resources = map.Int("resources"),
            Rows = map.Number("rows"),
            Stress = map.Fraction("stress"),
            Irreversible = map.Int("irreversible"),
            PerMinute = map.Int("minute"),
            Outstanding = map.Int("outstanding"),
        };
}
