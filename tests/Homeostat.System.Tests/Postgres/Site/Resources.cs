namespace Homeostat.SystemTests.Postgres.Site;

/// <summary>The files that stand beside the tests.</summary>
internal static class Resources
{
    public static string Read(string name)
    {
        using var reader = new StreamReader(
            typeof(Resources).Assembly.GetManifestResourceStream(name)
                ?? throw new FileNotFoundException($"{name} is not among the tests' resources")
        );
        return reader.ReadToEnd();
    }
}
