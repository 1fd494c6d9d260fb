using System.Diagnostics;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;

namespace Homeostat.Bench;

/// <summary>From a raw state on disk to a snapshot that can be asked, as a command does it: once, with code met cold.</summary>
internal static class LoadEstateBench
{
    private const int Resources = 100_000;
    private const int WarmRounds = 3;

    public static BenchReport Run()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-bench-");
        try
        {
            var path = GeneratedState.WriteFile(Path.Combine(folder.FullName, "estate.tfstate"), Resources);
            var used = Environment.CpuUsage.TotalTime;
            var first = Seconds(path, out var estate);
            used = Environment.CpuUsage.TotalTime - used;
            var warm = Enumerable.Range(0, WarmRounds).Select(_ => Seconds(path, out var _)).Order().ToArray();
            return new BenchReport("load-estate")
                .Figure("seconds", first)
                .Figure("cpu_seconds", used.TotalSeconds)
                .Figure("warm_seconds", warm[WarmRounds / 2])
                .Figure("file_mb", new FileInfo(path).Length / 1e6)
                .Figure("resources_count", estate.Count)
                .Figure("relations_count", estate.RelationCount)
                .AtMost("seconds", 5);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Seconds(string path, out EstateSnapshot estate)
    {
        var start = Stopwatch.GetTimestamp();
        var file = TerraformFile.Load(path);
        estate = new EstateModel(ShelfLives.Default).Apply(new EstateBatch(file.Records, IsFullListing: true));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
