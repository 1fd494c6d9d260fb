namespace Homeostat.Ledger.Storage;

/// <summary>How a file is called before it is complete.</summary>
internal static class TemporaryName
{
    public const string Suffix = ".tmp";
}
