using System.Text;

namespace Homeostat.Fuzz.Postgres;

/// <summary>A reader of hostile bytes: what runs one input, and good inputs to start from.</summary>
internal sealed record Target(string Name, Action<byte[]> Run, IEnumerable<byte[]> Seeds);

internal static class Targets
{
    private static readonly Target[] s_all =
    [
        new("statements", Statements.Run, SeedStatements.All.Select(Encoding.UTF8.GetBytes)),
        new("wire", Connections.Run, SeedConnections.All),
    ];

    public static IEnumerable<string> Names => s_all.Select(target => target.Name);

    public static Target? Find(string name) => Array.Find(s_all, target => target.Name == name);
}
