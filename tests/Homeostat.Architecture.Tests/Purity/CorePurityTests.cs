using System.Reflection;
using System.Text.RegularExpressions;
using Homeostat.Core.Estate;

namespace Homeostat.Architecture.Tests.Purity;

/// <summary>
/// Core owns no I/O, no clock and no randomness: it is given them. (The compiler asks for the managed thread in every iterator.)
/// </summary>
public sealed partial class CorePurityTests
{
    private static readonly Assembly Core = typeof(EstateSnapshot).Assembly;

    [GeneratedRegex(
        """
            ^System\.(
                IO\.(File|Directory|Drive|Path\.GetTemp|.*Stream(Reader|Writer)?$|Pipes|MemoryMapped|RandomAccess) |
                Net\.(?!IP(Address|Network|EndPoint)) |
                Console | Diagnostics\.Process | Environment\.(?!get_NewLine|get_CurrentManagedThreadId) | Runtime\.InteropServices\.NativeLibrary |
                Data\. | Threading\.Thread\.Sleep
            )
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex InputOrOutput();

    [GeneratedRegex(
        """
            ^System\.(
                (DateTime|DateTimeOffset)\.get_(Utc)?(Now|Today) | TimeProvider\.get_System | Diagnostics\.Stopwatch |
                Environment\.get_TickCount | Threading\.(PeriodicTimer|Timer) | Timers\.
            )
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Clock();

    [GeneratedRegex(
        @"^System\.(Random|Guid\.(NewGuid|CreateVersion7)|Security\.Cryptography\.RandomNumberGenerator)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Randomness();

    [Fact]
    public void Core_reads_and_writes_nothing() => Assert.Empty(Uses(Core, InputOrOutput()));

    [Fact]
    public void Core_has_no_clock() => Assert.Empty(Uses(Core, Clock()));

    [Fact]
    public void Core_has_no_randomness() => Assert.Empty(Uses(Core, Randomness()));

    [Fact]
    public void What_Core_does_use_is_seen() =>
        Assert.Superset(
            new HashSet<string>(["System.Object", "System.DateTimeOffset"]),
            ExternalUse.Of(Core).ToHashSet(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("System.IO.File.ReadAllText")]
    [InlineData("System.IO.Directory.GetFiles")]
    [InlineData("System.IO.FileStream")]
    [InlineData("System.Net.Sockets.Socket")]
    [InlineData("System.Net.Http.HttpClient")]
    [InlineData("System.Environment.GetEnvironmentVariable")]
    [InlineData("System.Console.WriteLine")]
    public void A_use_of_input_or_output_is_found(string name) =>
        Assert.Contains(name, Uses(typeof(Impure).Assembly, InputOrOutput()));

    [Theory]
    [InlineData("System.TimeProvider.get_System")]
    [InlineData("System.Diagnostics.Stopwatch.GetTimestamp")]
    [InlineData("System.Environment.get_TickCount64")]
    public void A_clock_is_found(string name) => Assert.Contains(name, Uses(typeof(Impure).Assembly, Clock()));

    [Theory]
    [InlineData("System.Random")]
    [InlineData("System.Security.Cryptography.RandomNumberGenerator.GetBytes")]
    public void Randomness_is_found(string name) => Assert.Contains(name, Uses(typeof(Impure).Assembly, Randomness()));

    private static string[] Uses(Assembly assembly, Regex forbidden) =>
        [.. ExternalUse.Of(assembly).Where(name => forbidden.IsMatch(name))];
}
