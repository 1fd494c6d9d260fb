using System.Text;

namespace Homeostat.Gateways.Tests.Postgres.Corpus;

/// <summary>What a run over the corpus showed.</summary>
internal sealed class CorpusReport(CorpusRun run)
{
    public IReadOnlyList<Judged> Misses => [.. run.Judged.Where(entry => !IsOpaque(entry) && entry.Misses.Any())];

    public IReadOnlyList<Judged> NotUnderstood =>
        [.. run.Judged.Where(entry => entry.Translation.NotUnderstood.Count > 0)];

    public IReadOnlyList<Judged> CalledWrite =>
        [.. run.Judged.Where(entry => entry.OnlyRead && entry.Translation.Written.Count > 0)];

    public int Statements => run.Judged.Count;

    public int OnlyRead => run.Judged.Count(entry => entry.OnlyRead);

    public int Writes => run.Judged.Sum(entry => entry.AuditedWrites.Count());

    /// <summary>In Markdown, without anything that differs from run to run.</summary>
    public string Table()
    {
        var text = new StringBuilder();
        text.Append("| of the run | number |\n|---|---|\n");
        Row(text, "statements", Statements);
        Row(text, "texts that the grammar refuses", run.Unparsed);
        Row(text, "statements with something not understood", NotUnderstood.Count);
        Row(text, "statements that run opaque code", run.Judged.Count(IsOpaque));
        Row(
            text,
            "statements that may never be forwarded",
            run.Judged.Count(entry => entry.Translation.Forbidden is not null)
        );
        Row(
            text,
            "statements with a name that the catalogue lacks",
            run.Judged.Count(entry => entry.Translation.Missing.Count > 0)
        );
        Row(text, "writes to a relation that the audit saw", Writes);
        Row(text, "of them named as written", Named(entry => entry.Translation.Written));
        Row(
            text,
            "of them named only as locked",
            Only(entry => entry.Translation.Locked, entry => entry.Translation.Written)
        );
        Row(
            text,
            "of them named only as planned",
            Only(
                entry => entry.Translation.Planned,
                entry => [.. entry.Translation.Written, .. entry.Translation.Locked]
            )
        );
        Row(
            text,
            "of them inside opaque code, not named",
            run.Judged.Where(IsOpaque).Sum(entry => entry.Misses.Count())
        );
        Row(
            text,
            "writes that the translator does not name, opaque code apart",
            Misses.Sum(entry => entry.Misses.Count())
        );
        Row(text, "statements that the audit saw only reading", OnlyRead);
        Row(text, "of them called a write", CalledWrite.Count);
        text.Append("\n| difference | script | statement |\n|---|---|---|\n");
        Differences(text, "missed", Misses);
        Differences(text, "called a write", CalledWrite);
        Differences(text, "not understood", NotUnderstood);
        return text.ToString();
    }

    /// <summary>The table, with what took how long and what was lost.</summary>
    public string Detail()
    {
        var text = new StringBuilder(Table());
        text.AppendLine(
            $"translating {run.Translating}, reading the catalogue {run.Refreshing} in {run.Refreshes} times"
        );
        foreach (var lost in run.Lost)
        {
            text.AppendLine($"session lost: {lost}");
        }

        foreach (var entry in Misses)
        {
            text.AppendLine($"missed [{string.Join(' ', entry.Misses)}]: {Line(entry)}");
        }

        return text.ToString();
    }

    public static string Line(Judged entry)
    {
        var line = string.Join(' ', entry.Text.Split(['\n', '\r', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 120 ? line[..120] + "…" : line;
    }

    private static bool IsOpaque(Judged entry) => entry.Translation.Opaque.Count > 0;

    private static void Row(StringBuilder text, string what, int number) => text.Append($"| {what} | {number} |\n");

    private static void Differences(StringBuilder text, string what, IEnumerable<Judged> entries)
    {
        foreach (var entry in entries)
        {
            var why = entry.Translation.NotUnderstood.Count > 0 ? $" ({entry.Translation.NotUnderstood[0]})" : "";
            text.Append(
                $"| {what}{why} | {entry.File} | `{Line(entry).Replace("|", "\\|", StringComparison.Ordinal)}` |\n"
            );
        }
    }

    private int Named(Func<Judged, IEnumerable<Gateways.Postgres.Translating.RelationName>> names) =>
        run.Judged.Sum(entry => entry.AuditedWrites.Intersect(names(entry).Select(name => name.ToString())).Count());

    private int Only(
        Func<Judged, IEnumerable<Gateways.Postgres.Translating.RelationName>> names,
        Func<Judged, IEnumerable<Gateways.Postgres.Translating.RelationName>> before
    ) => Named(entry => names(entry).Except(before(entry)));
}
