using System.Security.Cryptography;
using System.Text.Json;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>One file's JSON with what is needed to say where in it something is wrong.</summary>
internal sealed class TerraformDocument : IDisposable
{
    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = TerraformLimits.MaxDepth,
        AllowDuplicateProperties = false,
    };

    private readonly JsonDocument _json;

    private TerraformDocument(string path, JsonDocument json, string hash) =>
        (Path, _json, Sha256) = (path, json, hash);

    public string Path { get; }

    public string FileName => System.IO.Path.GetFileName(Path);

    /// <summary>SHA-256 of the file's bytes in lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    public JsonElement Root => _json.RootElement;

    public void Dispose() => _json.Dispose();

    /// <exception cref="EstateSourceException">The file cannot be read or is no JSON object.</exception>
    public static TerraformDocument Open(string path)
    {
        var bytes = ReadFile(path);
        RefuseOtherEncodings(path, bytes);
        var document = Parse(path, bytes);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return new TerraformDocument(path, document, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }

        document.Dispose();
        throw Refuse(path, "line 1", "the top level is not an object", Remedies.WhatIsRead);
    }

    /// <summary>SHA-256 of a file's bytes in lower-case hexadecimal.</summary>
    /// <exception cref="EstateSourceException">The file cannot be read.</exception>
    public static string HashOf(string path)
    {
        try
        {
            // Piece by piece: a file of a large estate would be a large object for the collector each time.
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(path, error);
        }
    }

    public EstateSourceException Refuse(string place, string what, string remedy) => Refuse(Path, place, what, remedy);

    public static EstateSourceException Refuse(
        string path,
        string place,
        string what,
        string remedy,
        Exception? inner = null
    ) => new($"{path}: {place}: {what}; {remedy}", inner);

    private static byte[] ReadFile(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length switch
            {
                0 => throw Refuse(path, "byte 0", "the file is empty", Remedies.WhatIsRead),
                > TerraformLimits.MaxFileBytes => throw Refuse(
                    path,
                    $"byte {TerraformLimits.MaxFileBytes}",
                    $"the file has {length} bytes, more than the limit of {TerraformLimits.MaxFileBytes}",
                    "split the configuration into smaller states"
                ),
                _ => File.ReadAllBytes(path),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(path, error);
        }
    }

    private static EstateSourceException Unreadable(string path, Exception error) =>
        Refuse(path, "the file", "it cannot be read", $"check the path and its permissions ({error.Message})", error);

    private static void RefuseOtherEncodings(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("PK"u8))
        {
            throw Refuse(
                path,
                "byte 0",
                "this is a binary plan",
                "write it as JSON with `terraform show -json PLANFILE`"
            );
        }

        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            throw Refuse(
                path,
                "byte 0",
                "the text is UTF-16",
                "write it as UTF-8 (in PowerShell: `| Out-File -Encoding utf8`)"
            );
        }
    }

    private static JsonDocument Parse(string path, byte[] bytes)
    {
        var start = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        try
        {
            return JsonDocument.Parse(bytes.AsMemory(start), Options);
        }
        catch (JsonException error)
        {
            var place = error.LineNumber is { } line ? $"line {line + 1}, byte {error.BytePositionInLine}" : "the file";
            throw Refuse(path, place, $"not valid JSON ({FirstSentence(error.Message)})", Remedies.WholeFile, error);
        }
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}

internal static class Remedies
{
    public const string WhatIsRead =
        "give a raw state (version 3 or 4) or the output of `terraform show -json` for a state or a plan";

    public const string WholeFile =
        "write the file again, whole, with `terraform show -json` or `terraform state pull`";
}
