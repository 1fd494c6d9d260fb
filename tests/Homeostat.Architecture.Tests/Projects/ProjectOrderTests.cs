using Homeostat.Testing;

namespace Homeostat.Architecture.Tests.Projects;

public sealed class ProjectOrderTests
{
    private static readonly string Source = Path.Combine(SharedFolder.Root(), "src");

    [Fact]
    public void Projects_refer_inward_only() => Assert.Empty(ProjectOrder.Violations(ProjectOrder.Read(Source)));

    [Fact]
    public void Every_project_is_read_with_its_references()
    {
        var projects = ProjectOrder.Read(Source).ToDictionary(read => read.Project, read => read.References);

        Assert.Equal(Directory.GetDirectories(Source).Length, projects.Count);
        Assert.Contains("Homeostat.Ledger", projects["Homeostat.Core"]);
        Assert.Contains("Homeostat.Core", projects["Homeostat.Cli"]);
    }

    [Theory]
    [InlineData("Homeostat.Ledger", "Homeostat.Core")]
    [InlineData("Homeostat.Core", "Homeostat.Estates")]
    [InlineData("Homeostat.Estates", "Homeostat.Gateways")]
    [InlineData("Homeostat.Cli", "Homeostat.Gateways")]
    [InlineData("Homeostat.Cli", "Homeostat.Server")]
    [InlineData("Homeostat.Core", "Homeostat.Testing")]
    [InlineData("Homeostat.Common", "Homeostat.Core")]
    public void A_reference_against_the_order_is_found(string project, string reference) =>
        Assert.Single(ProjectOrder.Violations([(project, [reference])]));
}
