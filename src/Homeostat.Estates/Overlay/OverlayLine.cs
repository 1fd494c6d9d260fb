using System.Globalization;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Estates.Inference;

namespace Homeostat.Estates.Overlay;

/// <summary>What to write into <c>homeostat.yaml</c>, under which key of its top level.</summary>
/// <param name="Line">An item of the list, or a key of the mapping, under that key. Capitals stand for what only a person knows.</param>
public sealed record OverlayLine(string Section, string Line)
{
    /// <summary>The line that says what the hint asks for; null where no overlay can.</summary>
    public static OverlayLine? Of(SettlingHint hint)
    {
        var subject = OverlayText.Value(hint.Subject);
        return hint.Kind switch
        {
            SettlingKind.Tier => new("resources", $"- {{ id: {subject}, tier: {hint.Value} }}"),
            SettlingKind.TestedRestore => new("restores", $"- {{ asset: {subject}, testedAt: TIME }}"),
            SettlingKind.Durability => new("assets", $"- {{ id: {subject}, minDurability: {hint.Value} }}"),
            SettlingKind.ExposureLimit => new("resources", $"- {{ id: {subject}, exposureLimit: {hint.Value} }}"),
            SettlingKind.OutageTolerance => new("services", $"- {{ id: {subject}, outageTolerance: {hint.Value}s }}"),
            SettlingKind.ShelfLife when NameOf(hint.Subject) is { } name => new("shelfLives", $"{name}: {Age(hint)}"),
            SettlingKind.Exists => new("resources", $"- {{ id: {subject}, exists: true }}"),
            SettlingKind.Declaration => new("resources", $"- {{ id: {subject}, kind: KIND }}"),
            SettlingKind.Fact => new(
                "resources",
                $"- {{ id: {subject}, facts: {{ {OverlayText.Value(hint.Value)}: VALUE }} }}"
            ),
            _ => null,
        };
    }

    private static string? NameOf(string evidence) =>
        Enum.TryParse<EvidenceClass>(evidence, out var known)
            ? known switch
            {
                EvidenceClass.Metric => "metric",
                EvidenceClass.ReplicationLag => "replicationLag",
                EvidenceClass.State => "state",
                EvidenceClass.Existence => "existence",
                EvidenceClass.BackupAge => "backupAge",
                EvidenceClass.RestoreTest => "restoreTest",
                _ => null,
            }
            : null;

    /// <summary>In whole hours above the age that was met: a shelf life that just reaches would be missed a minute later.</summary>
    private static string Age(SettlingHint hint) =>
        long.TryParse(hint.Value, CultureInfo.InvariantCulture, out var seconds)
            ? string.Create(CultureInfo.InvariantCulture, $"{(seconds / 3600) + 1}h")
            : "1h";
}
