using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Cli.Indexing;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Cli.Auditing;

/// <summary>
/// What must hold between the decisions of a log, whoever wrote it: an allow gives a permit and nothing else does, no permit is given twice, and time does
/// not go back between decisions that were made when they were asked for.
/// </summary>
internal sealed class DecisionFold(VerifierKey key) : IAuditFold
{
    // By half of a SHA-256: a long log has many permits, and their names can be long.
    private readonly Dictionary<UInt128, long> _permits = [];
    private (DateTimeOffset Time, long Index)? _latest;

    public IEnumerable<string> Apply(long index, Digest leaf, Statement statement)
    {
        var (decision, problem) = DecisionReading.Of(statement, key);
        if (problem is not null)
        {
            yield return problem;
        }

        if (decision is null)
        {
            yield break;
        }

        foreach (var found in Permit(index, decision).Concat(Time(index, decision)))
        {
            yield return found;
        }
    }

    private IEnumerable<string> Permit(long index, DecisionEntry decision)
    {
        if (decision.Permit is not { } permit)
        {
            if (decision.Verdict == Verdict.Allow)
            {
                yield return "an Allow without a permit";
            }

            yield break;
        }

        if (decision.Verdict != Verdict.Allow)
        {
            yield return $"a {decision.Verdict} that gives the permit '{permit}'";
        }

        if (!_permits.TryAdd(Name(permit), index))
        {
            yield return $"the permit '{permit}' was given by entry {_permits[Name(permit)]} already";
        }
    }

    private IEnumerable<string> Time(long index, DecisionEntry decision)
    {
        if (decision.IsReview)
        {
            // A person may have given the time of judgement, and says so: it stands in no order with others.
            return [];
        }

        var latest = _latest ?? (decision.Time, index);
        _latest = decision.Time >= latest.Time ? (decision.Time, index) : latest;
        var back = latest.Time - decision.Time;
        return back <= Limits.ClockStep
            ? []
            :
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"decided {back.TotalSeconds:0.###} s before entry {latest.Index}, which stands before it"
                ),
            ];
    }

    private static UInt128 Name(string permit) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(permit)));
}
