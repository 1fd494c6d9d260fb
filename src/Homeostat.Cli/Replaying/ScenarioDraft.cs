using Homeostat.Cli.Running;

namespace Homeostat.Cli.Replaying;

/// <summary>A small scenario that runs as it stands, to be changed into one's own.</summary>
internal static class ScenarioDraft
{
    private const string Text = """
        scenario: NAME
        title: What happened, in one line
        story: >
          What happened, why nobody stopped it, and what it cost.
        sources:
          - a link to the post-mortem

        # The time at which it begins. Ages below (seen: 9d) count back from here.
        now: 2026-03-02T12:00:00Z

        # What tells the harm from its benign twin. Write ${target} where it is used.
        let:
          target: orders-db

        estate:
          resources:
            - id: orders
              kind: service
              tier: 0                    # 0 = the business stops … 3 = nobody notices
              environments: [production]
              needs:
                - {group: databases, of: [orders-db], k: 1}
            - id: orders-db
              kind: database
              environments: [production]
              facts:
                connections: {value: 0, seen: 9d}
              copies:
                - {asset: orders-data, role: primary}
            - id: orders-backup
              kind: snapshot
              copies:
                - {asset: orders-data, role: backup, age: 6h, seen: 1h, restore-tested: 20d}
            - id: scratch-db
              kind: database
              tier: 3
              environments: [test]
              facts:
                connections: {value: 0, seen: 1m}
              copies:
                - {asset: scratch-data, role: primary}

        # What somebody who looks would find otherwise than the estate says.
        sees:
          - {id: orders-db, facts: {connections: {value: 112}}}

        agents:
          - {id: agent, level: rational, objective: clean up, confidence: 0.9}

        steps:
          - id: drop
            says:
              operation: drop the database
              goal: remove a database that nobody uses
              premises: ["${target} connections = 0"]
            effects:
              - destroy: ${target}

        variants:
          harmful:
            expect: halt
          twin:
            let: {target: scratch-db}
            expect: allow
          stale:
            let: {target: scratch-db}
            estate:
              resources:
                - {id: scratch-db, facts: {connections: {seen: 9d}}}
            expect: defer then allow

        # The twin with the harmful value, or without this evidence, must not be allowed.
        flip:
          - exchange: [target]
          - without: [scratch-db connections]

        """;

    /// <returns>The path that was written.</returns>
    /// <exception cref="UsageException">The name is no file name, or the file is there already.</exception>
    public static string Write(string folder, string name)
    {
        if (name.Length == 0 || name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
        {
            throw new UsageException($"\"{name}\" cannot be a file's name");
        }

        var path = folder == "." ? $"{name}.yaml" : Path.Combine(folder, $"{name}.yaml");
        try
        {
            using var file = new StreamWriter(new FileStream(path, FileMode.CreateNew));
            file.Write(Text.Replace("NAME", name, StringComparison.Ordinal));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written: {failure.Message}");
        }

        return path;
    }
}
