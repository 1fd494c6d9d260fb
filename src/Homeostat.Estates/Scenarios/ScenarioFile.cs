namespace Homeostat.Estates.Scenarios;

/// <summary>Reads a scenario from its file; what is wrong with any of its variants is found at once.</summary>
public static class ScenarioFile
{
    private static readonly string[] Kinds = [Variant.Harmful, Variant.Twin, Variant.Stale];

    /// <exception cref="ScenarioException">The file cannot be read or used.</exception>
    public static Scenario Load(string path)
    {
        var file = new FileInfo(path);
        var errors = new ErrorList(path);
        if (!file.Exists)
        {
            errors.Add(1, "there is no such file", "check the path");
        }
        else if (file.Length > ScenarioLimits.MaxFileBytes)
        {
            errors.Add(
                1,
                $"the file has {file.Length} bytes",
                $"at most {ScenarioLimits.MaxFileBytes}; generate what is alike by rule"
            );
        }

        errors.ThrowIfAny();
        try
        {
            return Read(File.ReadAllText(path), path, Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            errors.Add(1, $"the file cannot be read: {failure.Message}", "check its permissions");
            throw new ScenarioException(errors.ToErrors());
        }
    }

    /// <param name="folder">Where the file stands: the paths in it count from there.</param>
    /// <exception cref="ScenarioException">The text is no scenario; every error with its line and remedy.</exception>
    public static Scenario Read(string text, string file, string folder)
    {
        var errors = new ErrorList(file);
        var root = new ScenarioText(text, errors).Read();
        if (root is null)
        {
            errors.ThrowIfAny();
        }

        var scenario = Read(root!, new TerraformRecords(folder, errors), errors);
        errors.ThrowIfAny();
        return scenario;
    }

    private static Scenario Read(MapNode root, TerraformRecords terraform, ErrorList errors)
    {
        var fields = new Fields(root, "a scenario", errors);
        var name = fields.RequiredText("scenario", "dropped-the-orders");
        var title = fields.RequiredText("title", "An agent drops the orders");
        var story = fields.Text("story") ?? "";
        var sources = fields.Texts("sources") ?? [];
        var variants = new Fields(fields.MapOf("variants") ?? new MapNode(root.Line, []), "variants", errors);
        var below = root.Without("scenario", "title", "story", "sources", "variants", "flip");
        var read = new List<Variant>();
        var patches = new Dictionary<string, MapNode>(StringComparer.Ordinal);
        var impossible = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var kind in Kinds)
        {
            if (variants.MapOf(kind) is not { } patch)
            {
                variants.Refuse(
                    variants.Map,
                    $"there is no {kind} variant",
                    kind == Variant.Harmful
                        ? "add `harmful:` with what is different in it; without harm there is nothing to show"
                        : $"add `{kind}:` with what is different in it, or `{kind}: {{none: why}}`"
                );
            }
            else if (patch.TextOf("none") is { } why && kind != Variant.Harmful)
            {
                impossible[kind] = why;
            }
            else if (patch["none"] is not null)
            {
                variants.Refuse(patch, "the harmful variant cannot be left out", "write what is different in it");
            }
            else
            {
                patches[kind] = patch;
                read.Add(new VariantFields(kind, terraform, errors).Read(below, patch));
            }
        }

        variants.Done();
        var flips = new FlipFields(below, patches, terraform, errors).Read(
            fields,
            impossible,
            read.Find(variant => variant.Name == Variant.Twin)
        );
        foreach (var key in VariantFields.Keys)
        {
            fields.Node(key);
        }

        fields.Done();
        return new Scenario
        {
            Name = name,
            Title = title,
            Story = story,
            Sources = sources,
            Variants = read,
            Impossible = impossible,
            Flips = flips,
        };
    }
}
