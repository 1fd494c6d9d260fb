using System.Reflection;
using Homeostat.Cli.Running;

namespace Homeostat.Cli.Serving;

/// <summary>The sample that comes with the program, put into a service's folder, where it can be edited and watched.</summary>
internal sealed record SampleEstate(string Plan, string Overlay)
{
    /// <summary>Something in it that the estate can do without, and something that it cannot.</summary>
    public const string Spare = "aws_eip.old_bastion";
    public const string Needed = "aws_db_instance.orders_dr";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What is there already is left as it is.</summary>
    public static SampleEstate PutInto(string data)
    {
        try
        {
            var folder = Path.Combine(data, "sample");
            CreateFolder(data);
            CreateFolder(folder);
            return new SampleEstate(Put(folder, "plan.json"), Put(folder, "homeostat.yaml"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--data {data}: {error.Message}");
        }
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    private static string Put(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        if (!File.Exists(file))
        {
            using var content = Assembly.GetExecutingAssembly().GetManifestResourceStream($"sample/{name}")!;
            using var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            content.CopyTo(target);
        }

        return file;
    }
}
