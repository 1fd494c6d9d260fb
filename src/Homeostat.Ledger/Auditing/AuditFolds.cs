using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Auditing;

/// <summary>
/// A rule over a whole log. It sees every statement whose bytes and signature are good, in order, and says what is against the rule; what the
/// payloads mean is for whoever writes the fold.
/// </summary>
public interface IAuditFold
{
    /// <summary>What is wrong with this entry, after all before it.</summary>
    IEnumerable<string> Apply(long index, Digest leaf, Statement statement);

    /// <summary>What is wrong at the end, and which entry shows it, where one does.</summary>
    IEnumerable<(long? Entry, string Problem)> End() => [];
}

/// <summary>Every signer's sequence, by the rules by which the log admitted it.</summary>
public sealed class SequenceFold : IAuditFold
{
    private readonly SequenceBook _book = new();

    public IEnumerable<string> Apply(long index, Digest leaf, Statement statement)
    {
        var answer = _book.Apply(statement, leaf, index);
        return answer.Standing switch
        {
            SequenceStanding.Next => [],
            SequenceStanding.Retry => [$"the same entry stands at {answer.Earlier}; a retry is not logged twice"],
            _ => [answer.Reason],
        };
    }
}
