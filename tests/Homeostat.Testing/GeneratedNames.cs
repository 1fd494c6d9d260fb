using System.Globalization;

namespace Homeostat.Testing;

/// <summary>The ids, ARNs and tags of a generated estate, from one seed.</summary>
internal sealed class GeneratedNames(int seed)
{
    public const string Account = "123456789012";
    public const string Region = "eu-west-1";

    private static readonly string[] Environments = ["production", "staging", "test"];

    public Random Random { get; } = new(seed);

    public string Hex(string prefix) =>
        prefix + "-" + Random.NextInt64(1L << 56).ToString("x17", CultureInfo.InvariantCulture);

    public static string Arn(string service, string resource) => $"arn:aws:{service}:{Region}:{Account}:{resource}";

    public Dictionary<string, string> Tags(int cell, string name) =>
        new()
        {
            ["Name"] = $"{name}-{cell}",
            ["environment"] = Environments[cell % Environments.Length],
            ["team"] = $"team-{cell % 40}",
            ["cost-center"] = $"cc-{Random.Next(1000)}",
        };
}
