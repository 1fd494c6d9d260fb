using ArchUnitNET.Loader;
using Homeostat.Core.Estate;

namespace Homeostat.Architecture.Tests.Folders;

public sealed class FolderOrderTests
{
    private static readonly string[] CoreFolders =
    [
        "Estate",
        "Actions",
        "Simulation",
        "Homeostasis",
        "Leases",
        "Alignment",
        "Critics",
        "Karma",
        "Deciding",
    ];

    private static readonly ArchUnitNET.Domain.Architecture Core = new ArchLoader()
        .LoadAssemblies(typeof(EstateSnapshot).Assembly)
        .Build();

    private static readonly ArchUnitNET.Domain.Architecture Fixtures = new ArchLoader()
        .LoadAssemblies(typeof(FolderOrderTests).Assembly)
        .Build();

    private static FolderOrder Order(params string[] folders) => new(Core, "Homeostat.Core", folders);

    [Fact]
    public void A_folder_of_Core_uses_only_folders_to_its_left() => Assert.Empty(Order(CoreFolders).Violations());

    [Fact]
    public void Every_folder_of_Core_has_a_place_in_the_order()
    {
        Assert.Empty(Order(CoreFolders).Unplaced());
        Assert.Superset(new HashSet<string>(["Estate", "Actions", "Simulation"]), Order().Present().ToHashSet());
    }

    [Fact]
    public void The_order_reversed_fails_for_every_neighbour_that_is_used()
    {
        var reversed = Order(["Simulation", "Actions", "Estate"]).Violations().ToArray();

        Assert.Contains(reversed, text => text.Contains("Homeostat.Core.Simulation.Simulator", Ordinal));
        Assert.Contains(reversed, text => text.Contains("Homeostat.Core.Actions.Effect", Ordinal));
    }

    [Fact]
    public void A_folder_without_a_place_is_found() =>
        Assert.Contains("Simulation", Order("Estate", "Actions").Unplaced());

    /// <summary>Each fixture uses the folder to its right in another way.</summary>
    [Theory]
    [InlineData("InField")]
    [InlineData("InSignature")]
    [InlineData("InGenericArgument")]
    [InlineData("InBody")]
    [InlineData("InLambda")]
    [InlineData("InAsync")]
    [InlineData("InIterator")]
    [InlineData("InNestedType")]
    [InlineData("ByTypeof")]
    [InlineData("ByPattern")]
    [InlineData("ByStaticCall")]
    [InlineData("ByBase")]
    [InlineData("ByAttribute")]
    [InlineData("ByArray")]
    public void A_use_of_a_folder_to_the_right_is_found(string fixture)
    {
        var found = new FolderOrder(Fixtures, "Homeostat.Architecture.Tests.Fixtures", "Left", "Right").Violations();

        Assert.Contains(found, text => text.Contains($"Fixtures.Left.{fixture}", Ordinal));
    }

    [Fact]
    public void A_fixture_that_uses_nothing_to_its_right_passes()
    {
        var found = new FolderOrder(Fixtures, "Homeostat.Architecture.Tests.Fixtures", "Left", "Right").Violations();

        Assert.DoesNotContain(found, text => text.Contains("Fixtures.Left.Innocent", Ordinal));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
