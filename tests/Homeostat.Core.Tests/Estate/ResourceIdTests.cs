using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Estate;

public sealed class ResourceIdTests
{
    /// <summary>Each of these steers a terminal, breaks a line, or makes one id look like another.</summary>
    [Theory]
    [InlineData('\0')]
    [InlineData('\n')]
    [InlineData('\u001b')]
    [InlineData('\u007f')]
    [InlineData('\u0085')]
    [InlineData('\u009b')]
    [InlineData('\u200f')]
    [InlineData('\u2028')]
    [InlineData('\u202e')]
    [InlineData('\u2066')]
    public void CarriesNothingThatSteersWhoReadsIt(char steering)
    {
        var text = $"module.db[\"a{steering}b\"]";

        Assert.False(ResourceId.TryCreate(text, out _));
        Assert.Throws<ArgumentException>(() => new ResourceId(text));
        Assert.Throws<ArgumentException>(() => new AssetId(text));
        Assert.Throws<ArgumentException>(() => new ResourceKind(text));
    }

    [Fact]
    public void CarriesWhatPeopleNameThingsBy()
    {
        foreach (
            var text in (string[])["aws_db_instance.größe", "pg:main/db/公開.表", "module.a[\"x y/z~\"].b", "a\u00a0b"]
        )
        {
            Assert.True(ResourceId.TryCreate(text, out var id));
            Assert.Equal(text, id.Value);
        }
    }
}
