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
    public const string SyntaxError = "42601";
    public const string InsufficientPrivilege = "42501";
    public const string ObjectNotInPrerequisiteState = "55000";
    public const string CharacterNotInRepertoire = "22021";
    public const string StatementTooComplex = "54001";
    public const string TooManyStatements = "54000";
    public const string TooManyConnections = "53300";
    public const string UndefinedStatement = "26000";
    public const string UndefinedPortal = "34000";
    public const string InvalidParameter = "22023";
    public const string AdminShutdown = "57P01";
}
