using Rule = System.Func<string, string, System.Collections.Generic.IEnumerable<string>>;

namespace Homeostat.Architecture.Tests.Files;

public sealed class FileRuleTests
{
    private static readonly Dictionary<string, Rule> Rules = new(StringComparer.Ordinal)
    {
        ["product files have at most 400 lines"] = FileRules.TooLong,
        ["no path of somebody's machine"] = FileRules.MachinePaths,
        ["no registry's host"] = FileRules.RegistryHosts,
        ["no pragma and no region"] = FileRules.Directives,
    };

    public static TheoryData<string> Names => [.. Rules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_tracked_file_breaks_the_rule(string rule)
    {
        var files = TrackedFiles.Read();
        Assert.SkipWhen(files is null, "this is not a git checkout, or git is not installed");

        Assert.Empty(files.SelectMany(file => Rules[rule](file.Path, file.Text)));
    }

    [Fact]
    public void The_files_of_the_repository_are_found()
    {
        var files = TrackedFiles.Read();
        Assert.SkipWhen(files is null, "this is not a git checkout, or git is not installed");

        Assert.Contains(files, file => file.Path == "src/Homeostat.Core/Estate/EstateSnapshot.cs");
        Assert.Contains(
            files,
            file => file.Path == "homeostat" && file.Text.StartsWith("#!", StringComparison.Ordinal)
        );
    }

    // The samples are put together here so that this file does not break the rules itself.
    [Theory]
    [InlineData("/ho", "me/jo/estate.json", true)]
    [InlineData("\"/ro", "ot/x\"", true)]
    [InlineData("cd /wo", "rk/main", true)]
    [InlineData("C:", @"\Users\jo", true)]
    [InlineData("$HO", "ME/x", false)]
    [InlineData("src/ho", "me/x", false)]
    [InlineData("../wo", "rk/x", false)]
    [InlineData("/tmp", "/x", false)]
    public void A_path_of_a_machine_is_found(string first, string second, bool isOne) =>
        Assert.Equal(isOne, FileRules.MachinePaths("a.md", $"one\ntwo {first}{second}").Any());

    [Theory]
    [InlineData("https://api.nuget", ".org/v3", true)]
    [InlineData("https://registry.npmjs", ".org", true)]
    [InlineData("http://deb.debian", ".org/debian", true)]
    [InlineData("registry.terraform", ".io/hashicorp/aws", false)]
    public void A_registry_is_found(string first, string second, bool isOne) =>
        Assert.Equal(isOne, FileRules.RegistryHosts("a.yaml", first + second).Any());

    [Theory]
    [InlineData("#", "pragma warning disable", true)]
    [InlineData("    #", "region Fields", true)]
    [InlineData("// #", "region", false)]
    public void A_directive_is_found(string first, string second, bool isOne) =>
        Assert.Equal(isOne, FileRules.Directives("a.cs", $"using X;\n{first}{second}").Any());

    [Theory]
    [InlineData(400, false)]
    [InlineData(401, true)]
    public void A_long_file_is_found(int lines, bool isTooLong)
    {
        var text = string.Concat(Enumerable.Repeat("x\n", lines));

        Assert.Equal(isTooLong, FileRules.TooLong("src/A.cs", text).Any());
        Assert.Empty(FileRules.TooLong("src/table.tsv", text));
    }
}
