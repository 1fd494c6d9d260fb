using System.Text.Json;
using Homeostat.Ledger.Merkle;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Merkle;

/// <summary>Every published Merkle case is accepted or refused as it says itself.</summary>
public sealed class PublishedVectorTests
{
    private static int s_nothings;

    [Theory]
    [InlineData("inclusion", 98)]
    [InlineData("consistency", 98)]
    [InlineData("subtreeinclusion", 204)]
    [InlineData("subtreeconsistency", 118)]
    public void Every_case_ends_as_it_says(string kind, int atLeast)
    {
        var folder = SharedFolder.Find("vectors", "merkle", kind);
        Assert.SkipWhen(folder is null, "the published vectors are not beside the checkout");
        var files = Directory.GetFiles(folder!, "*.json", SearchOption.AllDirectories);
        Assert.True(files.Length >= atLeast, $"{files.Length} cases, expected at least {atLeast}");
        Assert.Empty(
            files.Where(file => !EndsAsItSays(kind, file)).Select(file => Path.GetRelativePath(folder!, file))
        );
    }

    private static bool EndsAsItSays(string kind, string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var test = json.RootElement;
        return Accepts(kind, test) == !test.GetProperty("wantErr").GetBoolean();
    }

    private static bool Accepts(string kind, JsonElement test)
    {
        var proof = Proof(test);
        return kind switch
        {
            "inclusion" => Number(test, "leafIdx", out var index)
                && Number(test, "treeSize", out var size)
                && MerkleProof.VerifyInclusion(index, size, Hash(test, "leafHash"), proof, Hash(test, "root")),
            "consistency" => Number(test, "size1", out var size1)
                && Number(test, "size2", out var size2)
                && MerkleProof.VerifyConsistency(size1, size2, Hash(test, "root1"), Hash(test, "root2"), proof),
            "subtreeinclusion" => Number(test, "leafIdx", out var index)
                && Number(test, "start", out var start)
                && Number(test, "end", out var end)
                && SubtreeProof.VerifyInclusion(index, start, end, Hash(test, "leafHash"), proof, Hash(test, "root")),
            _ => Number(test, "start", out var start)
                && Number(test, "end", out var end)
                && Number(test, "size", out var size)
                && SubtreeProof.VerifyConsistency(start, end, size, Hash(test, "root1"), Hash(test, "root2"), proof),
        };
    }

    private static bool Number(JsonElement test, string name, out long value) =>
        test.GetProperty(name).TryGetInt64(out value);

    private static Digest Hash(JsonElement test, string name) => Digest(test.GetProperty(name).GetString()!);

    private static Digest[] Proof(JsonElement test)
    {
        var proof = test.GetProperty("proof");
        return proof.ValueKind == JsonValueKind.Null
            ? []
            : [.. proof.EnumerateArray().Select(item => Digest(item.GetString()!))];
    }

    // Some cases have text in place of a hash, and only care whether it equals another one; its own digest stands in for it. Nothing
    // in place of a hash equals nothing else.
    private static Digest Digest(string text)
    {
        if (Ledger.Merkle.Digest.TryParseBase64(text, out var digest))
        {
            return digest;
        }

        return text.Length == 0
            ? Ledger.Merkle.Digest.Of(BitConverter.GetBytes(++s_nothings))
            : Ledger.Merkle.Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
