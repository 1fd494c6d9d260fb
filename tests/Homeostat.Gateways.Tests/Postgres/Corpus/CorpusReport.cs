using System.Text;

namespace Homeostat.Gateways.Tests.Postgres.Corpus;

/// <summary>What a run over the corpus showed.</summary>
internal sealed class CorpusReport(CorpusRun run)
{
    public IReadOnlyList<Judged> Misses =>
        [.. run.Judged.Where(entry => entry.Translation.Opaque.Count == 0 && entry.Misses.Any())];

    public IReadOnlyList<Judged> OpaqueMisses =>
        [.. run.Judged.Where(entry => entry.Translation.Opaque.Count > 0 && entry.Misses.Any())];

    public IReadOnlyList<Judged> NotUnderstood =>
        [.. run.Judged.Where(entry => entry.Translation.NotUnderstood.Count > 0)];

    public int Opaque => run.Judged.Count(entry => entry.Translation.Opaque.Count > 0);

    public int OnlyRead => run.Judged.Count(entry => entry.OnlyRead);

    public IReadOnlyList<Judged> CalledWrite =>
        [.. run.Judged.Where(entry => entry.OnlyRead && entry.Translation.Written.Count > 0)];

    public int Written => run.Judged.Sum(entry => entry.AuditedWrites.Count());

    public string Table() =>
        $"""
            statements {run.Judged.Count}, not parsed {run.Unparsed}, failed {run.Judged.Count(entry =>
                entry.Error is not null
            )}
            not understood {NotUnderstood.Count}
            opaque {Opaque}
            writes seen {Written}, missed {Misses.Sum(entry =>
                entry.Misses.Count()
            )}, missed under opaque code {OpaqueMisses.Count}
            only read {OnlyRead}, called a write {CalledWrite.Count}
            translating {run.Translating}, refreshing {run.Refreshing} in {run.Refreshes}
            """;

    public string Detail()
    {
        var text = new StringBuilder(Table()).AppendLine();
        foreach (var entry in Misses)
        {
            text.AppendLine(
                $"MISS {entry.File} [{string.Join(' ', entry.Misses)}] of [{string.Join(' ', entry.Translation.Written)}]: {Line(entry.Text)}"
            );
        }

        foreach (var entry in CalledWrite)
        {
            text.AppendLine($"OVER {entry.File} [{string.Join(' ', entry.Translation.Written)}]: {Line(entry.Text)}");
        }

        foreach (var entry in NotUnderstood)
        {
            text.AppendLine(
                $"UNKNOWN {entry.File} [{string.Join(' ', entry.Translation.NotUnderstood)}]: {Line(entry.Text)}"
            );
        }

        foreach (var entry in OpaqueMisses)
        {
            text.AppendLine(
                $"OPAQUE {entry.File} [{string.Join(' ', entry.Misses)}] {string.Join(' ', entry.Translation.Opaque)}: {Line(entry.Text)}"
            );
        }

        foreach (
            var group in run
                .Judged.Where(entry => entry.Error is not null)
                .CountBy(entry => entry.Error ?? "")
                .OrderByDescending(pair => pair.Value)
        )
        {
            text.AppendLine($"ERROR {group.Key} {group.Value}");
        }

        return text.ToString();
    }

    private static string Line(string text) =>
        string.Join(' ', text.Split(['\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries))[
            ..Math.Min(
                160,
                text.Split(['\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Sum(part => part.Length + 1) - 1
            )
        ];
}
