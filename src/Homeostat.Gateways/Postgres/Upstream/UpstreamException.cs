using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>The database refused, or could not be reached.</summary>
internal sealed class UpstreamException : Exception
{
    public UpstreamException(string sqlState, string message, Exception? inner = null)
        : base(message, inner) => SqlState = sqlState;

    public UpstreamException(ErrorFields error)
        : this(error.SqlState, error.Message) => Fields = error;

    public string SqlState { get; }

    /// <summary>All that the database said, where it was the database that refused.</summary>
    public ErrorFields? Fields { get; }
}
