using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class SharedEstateTests
{
    [Fact]
    public void Every_real_file_loads_or_says_where_it_is_wrong_and_what_to_do()
    {
        var folder = SharedFolder.Find("estates");
        Assert.SkipWhen(folder is null, "the folder ../shared/estates is absent");

        var files = Directory
            .EnumerateFiles(folder!, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".json" or ".tfstate")
            .ToList();
        var refused = new List<string>();
        foreach (var file in files)
        {
            try
            {
                var loaded = TerraformFile.Load(file);
                Assert.All(loaded.Records, record => Assert.IsType<EstateChange.Upsert>(record));
                Assert.True(loaded.Plan is null || loaded.Plan.Effects() is not null);
            }
            catch (EstateSourceException error)
            {
                Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
                refused.Add(Path.GetRelativePath(folder!, file));
            }
        }

        Assert.True(files.Count > 40, $"only {files.Count} files are there");
        Assert.Equal(
            [
                "inframap/invalid_version_state.json",
                "terraform-json/invalid/plan.json",
                "terraform-json/invalid/state.json",
            ],
            refused.Order(StringComparer.Ordinal)
        );
    }
}
