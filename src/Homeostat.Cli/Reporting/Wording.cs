using System.Globalization;
using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Inference;

namespace Homeostat.Cli.Reporting;

/// <summary>How the model's words are written for people and for other programs.</summary>
internal static class Wording
{
    public static string Of(Verdict verdict) =>
        verdict switch
        {
            Verdict.Allow => "allow",
            Verdict.Modify => "modify",
            Verdict.StepUp => "step-up",
            Verdict.Defer => "defer",
            _ => "deny",
        };

    public static int ExitCodeOf(Verdict verdict) =>
        verdict switch
        {
            Verdict.Allow => ExitCode.Allow,
            Verdict.Modify => ExitCode.Modify,
            Verdict.StepUp => ExitCode.StepUp,
            Verdict.Defer => ExitCode.Defer,
            _ => ExitCode.Deny,
        };

    /// <summary><c>LoseData</c> becomes <c>lose-data</c>.</summary>
    public static string Of(Operations operation) =>
        operation == Operations.None ? "unknown" : Kebab(operation.ToString());

    public static string Of(VariableKind kind) => Kebab(kind.ToString());

    public static string Of(CopyRole role) => Kebab(role.ToString());

    public static string Of(Privilege privilege) => Kebab(privilege.ToString());

    public static string Of(GuessKind guess) => Kebab(guess.ToString());

    public static string Of(AgencyLevel level) => Kebab(level.ToString());

    /// <summary>Of an effect: the operation, or <c>replace</c> where the destroyed is made again.</summary>
    public static string Of(Effect effect) =>
        effect is Effect.Destroy { Recreated: true } ? "replace" : Of(effect.Operation);

    public static IReadOnlyList<string> ListOf(Operations operations) =>
        [.. Enum.GetValues<Operations>().Where(one => IsSingle(one) && operations.HasFlag(one)).Select(Of)];

    public static string Age(double seconds) => Ages.Text(TimeSpan.FromSeconds(seconds));

    public static string Old(double seconds) => Ages.Old(TimeSpan.FromSeconds(seconds));

    public static string Ago(double seconds) => Ages.Ago(TimeSpan.FromSeconds(seconds));

    public static string Time(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary><c>1 resource</c>, <c>2 resources</c>.</summary>
    public static string Count(int count, string singular, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? singular : plural ?? singular + "s")}");

    /// <summary>What Terraform adds to the addresses that it is told.</summary>
    public static string TargetCaveat(ReportAlternative alternative) =>
        alternative.IsDestroy
            ? "with -destroy, -target also takes in what depends on these: review the plan that it makes."
            : "-target also takes in what these depend on: review the plan that it makes.";

    private static bool IsSingle(Operations operation) => System.Numerics.BitOperations.IsPow2((uint)operation);

    private static string Kebab(string pascal)
    {
        var text = new StringBuilder(pascal.Length + 4);
        foreach (var character in pascal)
        {
            if (char.IsUpper(character) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(character));
        }

        return text.ToString();
    }
}
