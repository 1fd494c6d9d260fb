namespace Homeostat.Estates.Terraform;

/// <summary>One step of a module path: <c>module.a["x"]</c> is name <c>a</c> with key <c>"x"</c>.</summary>
internal readonly record struct ModuleStep(string Name, string? Key);

/// <summary>An address taken apart; a key keeps its quotes, so that <c>[0]</c> and <c>["0"]</c> stay different.</summary>
internal sealed class TerraformAddress
{
    private TerraformAddress(string text, IReadOnlyList<ModuleStep> modules, string type, string name, string? key) =>
        (Text, Modules, Type, Name, Key) = (text, modules, type, name, key);

    public string Text { get; }

    public IReadOnlyList<ModuleStep> Modules { get; }

    public string Type { get; }

    public string Name { get; }

    public string? Key { get; }

    /// <summary>The address as the configuration writes it: without any key.</summary>
    public string InConfiguration => ModuleInConfiguration(Modules) + Type + "." + Name;

    public static string ModuleInConfiguration(IEnumerable<ModuleStep> modules) =>
        string.Concat(modules.Select(step => $"module.{step.Name}."));

    public static TerraformAddress? Parse(string text)
    {
        var parts = Split(text);
        var modules = new List<ModuleStep>();
        var next = 0;
        while (next + 1 < parts.Count && parts[next].Name == "module" && parts[next].Key is null)
        {
            modules.Add(new ModuleStep(parts[next + 1].Name, parts[next + 1].Key));
            next += 2;
        }

        return parts.Count == next + 2 && modules.Count <= TerraformLimits.MaxModuleDepth
            ? new TerraformAddress(text, modules, parts[next].Name, parts[next + 1].Name, parts[next + 1].Key)
            : null;
    }

    /// <summary>Two addresses can see each other only inside the same instances of the modules that both are in.</summary>
    public bool SharesModuleInstancesWith(TerraformAddress other)
    {
        var common = Math.Min(Modules.Count, other.Modules.Count);
        for (var i = 0; i < common && Modules[i].Name == other.Modules[i].Name; i++)
        {
            if (Modules[i].Key != other.Modules[i].Key)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Splits at the dots that stand outside brackets; <c>a["x.y"].b</c> has two parts.</summary>
    public static List<ModuleStep> Split(string text)
    {
        var parts = new List<ModuleStep>();
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && text[at] is not ('.' or '['))
            {
                at++;
            }

            var name = text[start..at];
            string? key = null;
            while (at < text.Length && text[at] == '[')
            {
                var end = EndOfKey(text, at);
                key = text[(at + 1)..end];
                at = Math.Min(end + 1, text.Length);
            }

            parts.Add(new ModuleStep(name, key));
            at++;
        }

        return parts;
    }

    private static int EndOfKey(string text, int open)
    {
        var quoted = false;
        for (var i = open + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when quoted:
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ']' when !quoted:
                    return i;
            }
        }

        return text.Length;
    }
}
