using Homeostat.Cli.Running;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;

namespace Homeostat.Cli.Tests;

/// <summary>A first overlay, as somebody makes it who has just heard of Homeostat.</summary>
public sealed class InitCommandTests : IDisposable
{
    private const string State = """
        {
          "version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l",
          "resources": [
            { "mode": "managed", "type": "aws_lb", "name": "shop", "provider": "provider[\"hashicorp/aws\"]",
              "instances": [{ "attributes": { "id": "arn:aws:lb/shop", "tags": { "team": "shop\u001b[31m" } } }] },
            { "mode": "managed", "type": "aws_instance", "name": "staging_web", "provider": "provider[\"hashicorp/aws\"]",
              "instances": [{ "attributes": { "id": "i-1" } }] }
          ]
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-init-").FullName;

    private string Overlay => Path.Combine(_folder, "homeostat.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_writes_an_overlay_that_can_be_read_and_says_what_to_look_at()
    {
        var (code, output, _) = await Run("init", Write("state.json", State), "--output", Overlay);

        Assert.Equal(0, code);
        var overlay = OverlayFile.Load(Overlay);
        Assert.Equal("service:aws_lb.shop", Assert.Single(overlay.Services).Id.Value);
        Assert.Contains("2 resources, 1 services", output);
        Assert.Contains("taken to be outside production: tier 3, little protects them: 1", output);
        Assert.Contains("'staging' is a word of its id", output);
        Assert.Contains("requests come in at a load balancer", output);
        Assert.Contains("homeostat review", output);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task Without_being_told_where_it_writes_beside_the_file_where_a_review_looks()
    {
        var (code, output, _) = await Run("init", Write("state.json", State));

        Assert.Equal(0, code);
        Assert.True(File.Exists(Overlay));
        Assert.DoesNotContain("--config", output);
    }

    [Fact]
    public async Task It_never_replaces_a_file_unless_it_is_told_to()
    {
        var state = Write("state.json", State);
        Write("homeostat.yaml", "mine");

        var (code, output, error) = await Run("init", state, "--output", Overlay);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("mine", await File.ReadAllTextAsync(Overlay, TestContext.Current.CancellationToken));
        Assert.Empty(output);
        Assert.Contains("--force", error);

        Assert.Equal(0, (await Run("init", state, "--output", Overlay, "--force")).Code);
        Assert.NotNull(OverlayFile.Load(Overlay));
    }

    [Fact]
    public async Task What_it_cannot_read_is_named_and_nothing_is_written()
    {
        var good = Write("good.json", State);
        foreach (
            var (name, text) in (ReadOnlySpan<(string, string)>)
                [("cut.json", State[..200]), ("empty.json", ""), ("list.json", "[]")]
        )
        {
            Write(name, text);
        }

        foreach (var name in (string[])["cut.json", "empty.json", "list.json", "absent.json"])
        {
            var (code, _, error) = await Run("init", good, Path.Combine(_folder, name), "--output", Overlay);
            Assert.Equal(ExitCode.BadInput, code);
            Assert.Contains(name, error);
            Assert.False(File.Exists(Overlay));
        }
    }

    [Fact]
    public async Task Files_that_describe_the_same_resource_are_refused()
    {
        var (code, _, error) = await Run("init", Write("a.json", State), Write("b.json", State), "--output", Overlay);

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("b.json: aws_lb.shop is in", error);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_an_error_and_no_crash()
    {
        var target = Path.Combine(_folder, "no", "such", "folder.yaml");

        var (code, _, error) = await Run("init", Write("state.json", State), "--output", target);

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("cannot be written", error);
    }

    [Fact]
    public async Task The_overlay_of_a_real_plan_fits_that_plan_and_the_summary_fits_a_terminal()
    {
        var plan = SharedFolder.Find("estates", "overmind-terraform-example", "plan.json");
        Assert.SkipWhen(plan is null, "the real estates are not beside the checkout");

        var (code, output, _) = await Run("init", plan!, "--output", Overlay);

        Assert.Equal(0, code);
        Assert.Empty(OverlayFile.Load(Overlay).Apply(TerraformFile.Load(plan!).Records).Warnings);
        var own = output
            .Split('\n')
            .Where(line =>
                !line.StartsWith("    ", StringComparison.Ordinal)
                && !line.StartsWith("wrote", StringComparison.Ordinal)
            );
        Assert.All(own, line => Assert.True(line.Length <= 80, line));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandRunner.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
