using System.Diagnostics;
using Homeostat.SystemTests.Postgres.Site;
using Homeostat.Testing;

namespace Homeostat.SystemTests.Postgres;

/// <summary>What the README tells people to paste in front of their own server.</summary>
[Collection(SiteCollection.Name)]
public sealed class ReadmeTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";
    private const string Mark = "<!-- a test pastes this, with another port and database -->\n";

    public static bool IsInstalled => Cluster.WhyNot is null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task The_first_success_in_front_of_a_database()
    {
        await site.Cluster.ScriptAsync(
            "paste",
            """
            drop table if exists orders;
            create table orders (id int primary key, status text not null);
            insert into orders select i, 'new' from generate_series(1, 12000) i;
            analyze orders;
            """
        );
        var folder = Checkout();
        var said = await PasteAsync(folder);
        Directory.Delete(folder, recursive: true);

        string[] inOrder =
        [
            " 12000\n",
            "UPDATE 1\n",
            "ERROR:  DELETE refused: pg:main/paste/public.orders",
            "would lose an unknown number of rows",
            "pg:main/paste/public.orders held about 12000 rows",
            "ERROR:  DROP DATABASE refused: ",
        ];
        var at = 0;
        foreach (var part in inOrder)
        {
            var found = said.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{part}' is missing, or not in its place:\n{said}");
            at = found + part.Length;
        }

        var left = await site.Cluster.ScriptAsync("paste", "select status, count(*) from orders group by 1 order by 2");
        Assert.Equal("sent|1\nnew|11999\n", left);
    }

    /// <summary>A folder that looks like the checkout in which somebody has started the service.</summary>
    private string Checkout()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-readme-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, ".homeostat"));
        File.CreateSymbolicLink(Path.Combine(folder, ".homeostat", "service"), site.Service.Folder);
        var build = new DirectoryInfo(AppContext.BaseDirectory).Name;
        File.CreateSymbolicLink(
            Path.Combine(folder, "homeostat"),
            Path.Combine(SharedFolder.Root(), "artifacts", "bin", "Homeostat.Cli", build, "homeostat")
        );
        return folder;
    }

    private async Task<string> PasteAsync(string folder)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(SharedFolder.Root(), "README.md"), Token);
        var block = text[(text.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Split("```")[1];
        var script = block["bash\n".Length..]
            .Replace("6432", $"{site.Service.Port}", StringComparison.Ordinal)
            .Replace("shop", "paste", StringComparison.Ordinal);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", $"exec 2>&1\n{script}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, said);
        return said;
    }
}
