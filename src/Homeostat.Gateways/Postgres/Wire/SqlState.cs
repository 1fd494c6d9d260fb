namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>
/// The codes of our own refusals on the wire.
/// https://www.postgresql.org/docs/current/errcodes-appendix.html
/// </summary>
internal static class SqlState
{
    public const string ProtocolViolation = "08P01";
    public const string CannotConnect = "08001";
    public const string ConnectionFailure = "08006";
    public const string InvalidAuthorization = "28000";
    public const string InvalidPassword = "28P01";
    public const string FeatureNotSupported = "0A000";
}
