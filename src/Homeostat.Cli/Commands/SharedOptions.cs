using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Homeostat.Cli.Loading;

namespace Homeostat.Cli.Commands;

/// <summary>Options that mean the same in every command that has them.</summary>
internal static class SharedOptions
{
    public static readonly string[] Formats = ["table", "json", "sarif", "markdown"];

    private static readonly string[] TimeForms =
    [
        "yyyy-MM-dd'T'HH:mmzzz",
        "yyyy-MM-dd'T'HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    public static Argument<string[]> Files() =>
        new("FILE")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "plans (terraform show -json) and states; by default the *.tfstate here",
        };

    public static Option<string?> Config() =>
        new("--config")
        {
            HelpName = "FILE",
            Description = "the overlay; by default homeostat.yaml beside the first file, or here",
        };

    public static Option<DateTimeOffset?> Now() =>
        Time("--now", "the time at which everything is judged; by default the clock's");

    public static Option<DateTimeOffset?> ObservedAt() =>
        Time("--observed-at", "when the files' content was true, where they do not say so themselves");

    public static Option<bool> All() => new("--all") { Description = "cut no list" };

    public static Option<string> Format()
    {
        var option = new Option<string>("--format")
        {
            HelpName = string.Join('|', Formats),
            Description = "how to print it",
            DefaultValueFactory = _ => Formats[0],
        };
        option.AcceptOnlyFromAmong(Formats);
        return option;
    }

    /// <summary>One that takes what follows it, up to the next option: a misspelt option is told, and not taken for a value.</summary>
    public static Option<string[]> Several(string name, string help, string description, bool isRequired = false)
    {
        var option = new Option<string[]>(name)
        {
            HelpName = help,
            Description = description,
            Required = isRequired,
            AllowMultipleArgumentsPerToken = true,
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
            {
                result.AddError($"there is no option {token.Value} here; --help lists them");
            }
        });
        return option;
    }

    /// <summary>A number within bounds, both included.</summary>
    public static Option<double?> Number(string name, double least, double most, string description) =>
        new(name)
        {
            HelpName = "N",
            Description = description,
            CustomParser = result =>
            {
                var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
                if (
                    double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    && number >= least
                    && number <= most
                )
                {
                    return number;
                }

                result.AddError(
                    string.Create(CultureInfo.InvariantCulture, $"{name} {text}: give a number from {least} to {most}")
                );
                return null;
            },
        };

    public static EstateSelection Selection(
        ParseResult parsed,
        Argument<string[]> files,
        Option<string?> config,
        Option<DateTimeOffset?> observedAt
    ) => new(parsed.GetValue(files) ?? [], parsed.GetValue(config), parsed.GetValue(observedAt));

    public static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name)
        {
            HelpName = "TIME",
            Description = description,
            CustomParser = result => ParseTime(name, result),
        };

    private static DateTimeOffset? ParseTime(string name, ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        var offset = text.EndsWith('Z') ? text[..^1] + "+00:00" : text;
        if (
            DateTimeOffset.TryParseExact(
                offset,
                TimeForms,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var time
            )
        )
        {
            return time;
        }

        result.AddError($"{name} {text}: give a time with its offset, like 2026-03-02T12:00:00Z");
        return null;
    }
}
