namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>The other side broke the protocol; the connection cannot go on.</summary>
internal sealed class ProtocolException(string sqlState, string message) : Exception(message)
{
    public ProtocolException(string message)
        : this(Wire.SqlState.ProtocolViolation, message) { }

    public string SqlState { get; } = sqlState;
}
