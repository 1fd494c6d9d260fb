using System.Text;
using System.Text.Json;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Checkpoints;

/// <summary>The edge cases on which Ed25519 verifiers differ, by the policy that <see cref="Ed25519"/> states.</summary>
public sealed class Ed25519Tests
{
    [Fact]
    public void Edge_cases_are_decided_by_the_stated_policy()
    {
        var file = SharedFolder.Find("vectors", "ed25519", "ed25519vectors.json");
        Assert.SkipWhen(file is null, "the published vectors are not beside the checkout");
        using var json = JsonDocument.Parse(File.ReadAllBytes(file!));
        var cases = json.RootElement.EnumerateArray().ToArray();
        Assert.True(cases.Length >= 900, $"{cases.Length} cases");
        var wrong = cases
            .Where(test => Verifies(test) != PolicyAccepts(test))
            .Select(test => $"{test.GetProperty("number")}: {test.GetProperty("flags")} accepted {Verifies(test)}");
        Assert.Empty(wrong);
    }

    // The vectors' flags say what is unusual in a case; the policy is which of these a signature may have.
    private static bool PolicyAccepts(JsonElement test)
    {
        var flags =
            test.GetProperty("flags").ValueKind == JsonValueKind.Null
                ? []
                : test.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()).ToHashSet();
        string[] refused = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"];
        return !refused.Any(flags.Contains);
    }

    private static bool Verifies(JsonElement test) =>
        Ed25519.Verify(
            Convert.FromHexString(test.GetProperty("key").GetString()!),
            Encoding.UTF8.GetBytes(test.GetProperty("msg").GetString()!),
            Convert.FromHexString(test.GetProperty("sig").GetString()!)
        );

    [Fact]
    public void A_signature_whose_S_is_not_below_the_order_is_refused()
    {
        using var key = Samples.Key();
        var signature = key.Sign("message"u8);
        Assert.True(Ed25519.Verify(key.PublicKey, "message"u8, signature));

        // S + L, which a lax verifier takes for S; L is the order of the group (RFC 8032 section 5.1).
        var order =
            System.Numerics.BigInteger.Pow(2, 252)
            + System.Numerics.BigInteger.Parse("27742317777372353535851937790883648493");
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        var malleated = (byte[])signature.Clone();
        s.ToByteArray(isUnsigned: true).CopyTo(malleated, 32);
        Assert.False(Ed25519.Verify(key.PublicKey, "message"u8, malleated));
    }
}
