using System.Globalization;
using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>
/// Every attack where nobody stands between: it must do harm, or its refusal proves nothing. Only with HOMEOSTAT_CONTROL=1,
/// because each attack takes a database of its own.
/// </summary>
public sealed class ControlTests
{
    public static bool IsAsked =>
        Cluster.WhyNot is null
        && string.Equals(Environment.GetEnvironmentVariable("HOMEOSTAT_CONTROL"), "1", StringComparison.Ordinal);

    [Fact(SkipUnless = nameof(IsAsked), Skip = "only with HOMEOSTAT_CONTROL=1")]
    public async Task Each_attack_does_harm_where_nobody_stands_between()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.ScriptAsync("postgres", "alter database shop rename to untouched");
        var harmless = new List<string>();
        foreach (var attack in Attack.All)
        {
            if (!await DoesHarmAsync(cluster, attack.On(cluster)))
            {
                harmless.Add(attack.Name);
            }
        }

        Assert.Empty(harmless);
    }

    private static async Task<bool> DoesHarmAsync(Cluster cluster, Attack attack)
    {
        await cluster.ScriptAsync("postgres", "drop database if exists shop with (force)");
        await cluster.ScriptAsync("postgres", "create database shop template untouched");
        await using var canary = await cluster.Owner("play").OpenAsync(settings => settings.ApplicationName = "canary");
        const string look = "select * from site.fingerprint()";
        var before = await cluster.ScriptAsync("shop", look);

        // The same session looks: what it holds is seen only while it lives.
        var ran = await Programs.PsqlAsync(
            cluster.Direct("shop"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{attack.Script}\\echo fingerprint\n\\t on\n\\pset format unaligned\nreset role;\nreset session authorization;\n{look};\n"
            )
        );

        var (output, after) = Split(ran.Output);
        await UndoAsync(cluster);
        return output.Contains("canary", StringComparison.Ordinal)
            || output.Contains("SCRAM-SHA-256$", StringComparison.Ordinal)
            || !Sorted(before).SequenceEqual(Sorted(after));
    }

    private static (string Output, string Fingerprint) Split(string output)
    {
        var at = output.LastIndexOf("fingerprint\n", StringComparison.Ordinal);
        return at < 0 ? (output, "") : (output[..at], output[(at + "fingerprint\n".Length)..]);
    }

    private static IEnumerable<string> Sorted(string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

    /// <summary>What attacks change beyond the database.</summary>
    private static async Task UndoAsync(Cluster cluster) =>
        await Programs.PsqlAsync(
            cluster.Owner("postgres"),
            """
            drop role if exists xeve;
            \c shop
            drop subscription if exists s;
            rollback prepared 'x';
            \c postgres
            alter role auditor nosuperuser;
            revoke writer from auditor;
            alter role writer reset all;
            alter system reset all;
            drop database if exists xcopy;
            create database staging;
            select pg_drop_replication_slot(slot_name) from pg_replication_slots;
            drop tablespace if exists xspace;
            """
        );
}
