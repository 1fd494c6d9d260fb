using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Server.Hosting;

/// <summary>The folder that the service keeps: the log, its key, and the two tokens; for its owner only.</summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const int SecretBytes = 32;

    private DataFolder(string path) => Root = path;

    public string Root { get; }

    public string LogFolder => Path.Combine(Root, "log");

    public string OperatorFile => Path.Combine(Root, "operator.token");

    public string EstateFile => Path.Combine(Root, "estate.token");

    public string AddressFile => Path.Combine(Root, "address");

    public string PostgresAddressFile => Path.Combine(Root, "postgres.address");

    /// <summary>For the certificate that the service makes itself.</summary>
    public string TlsFolder
    {
        get
        {
            var path = Path.Combine(Root, "tls");
            return OperatingSystem.IsWindows() ? path : Directory.CreateDirectory(path, OwnerFolder).FullName;
        }
    }

    /// <summary>The operator's token, where this start made it; told once.</summary>
    public string? NewOperatorToken { get; private set; }

    /// <summary>SHA-256 of the operator's token.</summary>
    public required byte[] OperatorHash { get; init; }

    /// <summary>SHA-256 of the token of whoever tells what the estate looks like.</summary>
    public required byte[] EstateHash { get; init; }

    public required SigningKey Key { get; init; }

    /// <exception cref="StartException">The folder cannot be used; the message says what would do.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                throw new StartException("file modes are needed to keep keys from others; run this on Linux or macOS");
            }

            var root = Path.GetFullPath(path);
            Directory.CreateDirectory(root, OwnerFolder);
            var (operatorToken, isNew) = Token(Path.Combine(root, "operator.token"), "hso_");
            var (estateToken, _) = Token(Path.Combine(root, "estate.token"), "hse_");
            return new DataFolder(root)
            {
                NewOperatorToken = isNew ? operatorToken : null,
                OperatorHash = Hash(operatorToken),
                EstateHash = Hash(estateToken),
                Key = SigningKey.LoadOrCreate(Path.Combine(root, "log.key"), "homeostat.local/log"),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new StartException($"the data folder {path} cannot be used: {error.Message}");
        }
    }

    /// <summary>32 bytes of the operating system's randomness, spelled so that they fit into a header.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static (string Token, bool IsNew) Token(string file, string prefix)
    {
        if (!File.Exists(file))
        {
            var made = prefix + NewSecret();
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using var stream = new FileStream(file, options);
            stream.Write(Encoding.UTF8.GetBytes(made + "\n"));
            stream.Flush(flushToDisk: true);
            return (made, true);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~OwnerOnly) != UnixFileMode.None)
        {
            throw new FormatException($"{file}: others than its owner can read this token; set its mode to 600");
        }

        var token = File.ReadAllText(file).Trim();
        return token.StartsWith(prefix, StringComparison.Ordinal) && token.Length > prefix.Length + SecretBytes
            ? (token, false)
            : throw new FormatException($"{file}: not a token; remove the file and another one is made");
    }
}

/// <summary>The service cannot start; the message is for the person who must act.</summary>
internal sealed class StartException(string message) : Exception(message);
