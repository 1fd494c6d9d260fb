namespace Homeostat.Testing;

/// <summary>Finds the folder of published vectors and real estates that stands beside the checkout.</summary>
public static class SharedFolder
{
    /// <summary>The absolute path of <c>../shared/…</c> seen from the project's root, or null where it is absent.</summary>
    public static string? Find(params string[] parts)
    {
        var root = Root();
        var path = Path.GetFullPath(Path.Combine([root, "..", "shared", .. parts]));
        return Path.Exists(path) ? path : null;
    }

    /// <summary>The project's root: the folder that holds <c>Homeostat.slnx</c>.</summary>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Homeostat.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests run from outside a checkout: no Homeostat.slnx above them");
    }
}
