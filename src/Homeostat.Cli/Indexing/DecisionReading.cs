using Homeostat.Core.Deciding;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;

namespace Homeostat.Cli.Indexing;

/// <summary>Decides whether an entry is a decision of the control plane, or merely says so.</summary>
internal static class DecisionReading
{
    /// <summary>Both null: the entry is about something else. A problem: it is not to be believed.</summary>
    public static (DecisionEntry? Decision, string? Problem) Of(ReadOnlyMemory<byte> entry, VerifierKey key)
    {
        try
        {
            var statement = Statement.Parse(entry);
            return DecisionEntry.IsDecision(statement) && !statement.VerifySignature()
                ? (null, "it says it is a decision, and its signature is bad")
                : Of(statement, key);
        }
        catch (FormatException e)
        {
            return (null, $"it is no statement: {e.Message}");
        }
    }

    /// <summary>The same for a statement whose signature is good.</summary>
    public static (DecisionEntry? Decision, string? Problem) Of(Statement statement, VerifierKey key)
    {
        if (!DecisionEntry.IsDecision(statement))
        {
            return (null, null);
        }

        if (!statement.Kid.Span.SequenceEqual(key.PublicKeyBytesSpan))
        {
            return (null, "it says it is a decision, and it is not signed by the log's key");
        }

        try
        {
            return (DecisionEntry.Read(statement), null);
        }
        catch (FormatException e)
        {
            return (null, $"it says it is a decision, and it cannot be read: {e.Message}");
        }
    }
}
