using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Homeostat.Ledger.Checkpoints;

/// <summary>An Ed25519 key that signs checkpoints and statements; its file is readable by its owner only.</summary>
public sealed class SigningKey : IDisposable
{
    private const string Prefix = "PRIVATE+KEY+";
    private const string NoModes = "key files need Unix file modes to be kept from others";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersToo =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    private readonly Key _key;

    private SigningKey(string name, Key key)
    {
        _key = key;
        VerifierKey = VerifierKey.FromPublicKey(
            name,
            KeyKind.Ed25519,
            key.PublicKey.Export(KeyBlobFormat.RawPublicKey)
        );
    }

    public string Name => VerifierKey.Name;

    public VerifierKey VerifierKey { get; }

    /// <summary>The same key as a witness uses it: cosignature/v1 has a key id of its own.</summary>
    public VerifierKey CosignerKey => VerifierKey.FromPublicKey(Name, KeyKind.CosignatureV1, PublicKey);

    /// <summary>The raw 32 bytes; a statement's kid.</summary>
    public ReadOnlySpan<byte> PublicKey => VerifierKey.PublicKeyBytesSpan;

    /// <summary>Makes a key from the operating system's randomness.</summary>
    public static SigningKey Generate(string name)
    {
        Span<byte> seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(seed);
        return FromSeed(name, seed);
    }

    public static SigningKey FromSeed(string name, ReadOnlySpan<byte> seed)
    {
        var parameters = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        return new SigningKey(
            name,
            Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, parameters)
        );
    }

    /// <summary>Reads a key file; refuses one that others than its owner may touch.</summary>
    public static SigningKey Load(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(NoModes);
        }

        if ((File.GetUnixFileMode(path) & OthersToo) != UnixFileMode.None)
        {
            throw new FormatException($"{path}: others than its owner can use this key file; set its mode to 600");
        }

        var text = File.ReadAllText(path).TrimEnd('\n');
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        if (
            parts.Length != 3
            || !StrictBase64.TryDecode(parts[2], out var bytes)
            || bytes.Length != 33
            || bytes[0] != (byte)KeyKind.Ed25519
        )
        {
            throw new FormatException($"{path}: not a key file; expected one line PRIVATE+KEY+name+id+base64");
        }

        var key = FromSeed(parts[0], bytes.AsSpan(1));
        return string.Equals(parts[1], $"{key.VerifierKey.Id:x8}", StringComparison.Ordinal)
            ? key
            : throw new FormatException(
                $"{path}: the key id does not belong to the name and the key; the file is damaged"
            );
    }

    /// <summary>Reads the key file, or makes a key and its file where there is none.</summary>
    public static SigningKey LoadOrCreate(string path, string name)
    {
        if (File.Exists(path))
        {
            return Load(path);
        }

        var key = Generate(name);
        key.Save(path);
        return key;
    }

    /// <summary>Writes a new key file with mode 0600; an existing one is never overwritten.</summary>
    public void Save(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(NoModes);
        }

        var seed = _key.Export(KeyBlobFormat.RawPrivateKey);
        var line = $"{Prefix}{Name}+{VerifierKey.Id:x8}+{Convert.ToBase64String([(byte)KeyKind.Ed25519, .. seed])}\n";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(line));
        file.Flush(flushToDisk: true);
        CryptographicOperations.ZeroMemory(seed);
    }

    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureAlgorithm.Ed25519.Sign(_key, message);

    public void Dispose() => _key.Dispose();
}
