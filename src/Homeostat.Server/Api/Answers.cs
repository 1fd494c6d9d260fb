using System.Globalization;
using System.Text;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Storage;
using Homeostat.Server.Leases;

namespace Homeostat.Server.Api;

/// <summary>Turns what Core says into bodies.</summary>
internal static class Answers
{
    public static DecisionAnswer Of(ServedDecision served, ActionRequest request, SettlementDesk settlements)
    {
        var permit =
            served.Permit is { } given ? new PermitBody(given.Permit.Value, settlements.DeadlineOf(given))
            : served.Decision?.Permit is { } looking ? new PermitBody(looking.Id.Value, null)
            : null;
        if (served.Decision is not { } decision)
        {
            return new DecisionAnswer
            {
                Verdict = Words.Of(Verdict.Allow),
                Request = request.Id.Value,
                Permit = permit,
                Findings = [],
            };
        }

        return new DecisionAnswer
        {
            Verdict = Words.Of(decision.Verdict),
            WouldBe = decision.Judgement.WouldBe is { } wouldBe ? Words.Of(wouldBe) : null,
            Request = request.Id.Value,
            Permit = permit,
            Findings = [.. decision.Judgement.Findings.Take(Limits.ListedRows).Select(Of)],
            Consequences = Of(decision.Judgement),
            Alternative = decision.Alternative is { IsEmpty: false } alternative ? Of(alternative) : null,
            Receipt = decision.Receipt is { } receipt ? Of(receipt) : null,
            Looked = served.Looked,
        };
    }

    public static LeaseBody Of(LeaseStatus status) =>
        new()
        {
            Id = status.Lease.Id.Value,
            Agent = status.Lease.Agent.Value,
            Parent = status.Lease.Parent?.Value,
            Purpose = status.Lease.Purpose,
            Level = Words.Of(status.Lease.Level),
            IssuedAt = status.Lease.IssuedAt,
            ExpiresAt = status.ExpiresAt,
            RenewalSeconds = status.Lease.Renewal.TotalSeconds,
            Cone = Of(status.Lease.Cone),
            Refusal = status.Refusal,
            RevokedAt = status.RevokedAt,
            StressLeft = status.StressLeft,
            IrreversibleLeft = status.IrreversibleLeft,
            Outstanding = status.Outstanding,
            ThisMinuteLeft = status.ThisMinuteLeft,
        };

    private static FindingBody Of(Finding finding) =>
        new()
        {
            Test = finding.Test,
            AtMost = Words.Of(finding.AtMost),
            Reason = finding.Reason,
            Remedy = finding.Remedy,
            Path = finding.Path.Count == 0 ? null : finding.Path,
            LookAt = finding.LookAt.Count == 0 ? null : [.. finding.LookAt.Select(id => id.Value)],
            EvidenceAgeSeconds = finding.EvidenceAge?.TotalSeconds,
        };

    private static ConsequencesBody? Of(Judgement judgement)
    {
        if (judgement is not { Consequences: { } consequences, Assessment: { } assessment })
        {
            return null;
        }

        string[] destroyed = [.. consequences.Destroyed.Select(id => id.Value)];
        string[] impaired = [.. consequences.Impaired.Select(id => id.Value)];
        return new ConsequencesBody
        {
            Charge = assessment.Charge,
            StressBefore = assessment.StressBefore,
            StressAfter = assessment.StressAfter,
            Destroyed = [.. destroyed.Take(Limits.ListedRows)],
            Impaired = [.. impaired.Take(Limits.ListedRows)],
            CannotBeUndone =
            [
                .. consequences
                    .Irreversible.Take(Limits.ListedRows)
                    .Select(loss => $"{loss.Effect.Operation} of {loss.Subject}: {loss.Reason}"),
            ],
            LeftOut =
                Math.Max(0, destroyed.Length - Limits.ListedRows)
                + Math.Max(0, impaired.Length - Limits.ListedRows)
                + Math.Max(0, consequences.Irreversible.Count - Limits.ListedRows),
        };
    }

    private static AlternativeBody Of(Alternative alternative) =>
        new()
        {
            Keep = [.. alternative.Kept.Take(Limits.ListedRows).Select(Named)],
            LeaveOut = [.. alternative.Removed.Take(Limits.ListedRows).Select(id => id.Value)],
            Instead = [.. alternative.Safer.Take(Limits.ListedRows).Select(Named)],
            NotProvenLargest = alternative.NotProvenLargest,
        };

    private static string Named(Effect effect) => $"{Words.Of(effect.Operation)} {effect.Target}";

    private static ReceiptBody Of(Receipt receipt) =>
        new(
            receipt.Index,
            receipt.TreeSize,
            receipt.LeafHash.ToString(),
            receipt.Root.ToString(),
            Encoding.UTF8.GetString(receipt.Checkpoint.Span),
            [.. receipt.InclusionProof.Select(hash => hash.ToString())]
        )
        {
            Standing = receipt.WitnessedBy.Count > 0 ? "witnessed" : "durable",
            WitnessedBy = receipt.WitnessedBy,
            ForkProtection = Words.Of(receipt.ForkProtection),
        };

    private static ConeBody Of(LightCone cone) =>
        new()
        {
            Operations =
            [
                .. Enum.GetValues<Core.Estate.Operations>()
                    .Where(one => ushort.IsPow2((ushort)one) && cone.Operations.HasFlag(one))
                    .Select(one => Words.Of(one)),
            ],
            Where = Of(cone.Where),
            NotBefore = cone.NotBefore,
            Windows = cone.Windows is { } windows ? [.. windows.Select(Of)] : null,
            Freezes =
            [
                .. cone.Freezes.Select(freeze => new FreezeBody(freeze.Name, freeze.From, freeze.To, freeze.Reason)
                {
                    Where = freeze.Where is { } where ? Of(where) : null,
                }),
            ],
            Amounts = new AmountsBody
            {
                Resources = cone.Amounts.Resources,
                Rows = cone.Amounts.Rows,
                Stress = cone.Amounts.Stress,
                Irreversible = cone.Amounts.Irreversible,
                PerMinute = cone.Amounts.PerMinute,
                Outstanding = cone.Amounts.Outstanding,
            },
            Manner = Words.Of(cone.Manner),
        };

    private static SelectorBody Of(Selector where) =>
        new()
        {
            Providers = where.Providers,
            Accounts = where.Accounts,
            Regions = where.Regions,
            Environments = where.Environments,
            Kinds = where.Kinds,
            Owners = where.Owners,
            Ids = where.Ids,
            Labels = where.Labels,
            Anchors = where.Anchors?.Select(id => id.Value).ToArray(),
            Hops = where.Hops,
        };

    private static WindowBody Of(Window window) =>
        new(
            [.. window.Days.Select(day => Words.Of(day))],
            window.From.ToString("HH:mm", CultureInfo.InvariantCulture),
            window.To.ToString("HH:mm", CultureInfo.InvariantCulture)
        );
}
