using System.CommandLine;
using Homeostat.Cli.Serving;
using Homeostat.Client.Contract;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary>What a lease is made of, as a person types it.</summary>
internal sealed class GrantOptions
{
    private readonly Argument<string> _agent = new("AGENT") { Description = "who gets it" };
    private readonly Option<string?> _id = new("--id")
    {
        Description = "its name, so that the grant can be repeated safely",
    };
    private readonly Option<string> _purpose = new("--purpose") { Description = "what it is for", Required = true };
    private readonly Option<string[]> _may = SharedOptions.Several(
        "--may",
        "OPERATIONS",
        "stop,start,change,destroy,…, basic or all",
        isRequired: true
    );
    private readonly Option<string[]> _where = SharedOptions.Several(
        "--where",
        "KEY=VALUE",
        "id=web-*, kind=, environment=, region=, account=, owner=, label.NAME=, near=ID,hops=2"
    );
    private readonly Option<string?> _life = new("--for")
    {
        HelpName = "15m",
        Description = "how long; 15m by default",
    };
    private readonly Option<string?> _renewal = new("--renew")
    {
        HelpName = "15m",
        Description = "how long it goes on after each use; 0s = it ends when it ends",
    };
    private readonly Option<string> _manner = new("--manner")
    {
        Description = "read-only, reversible, quarantine or irreversible-with-critics",
        DefaultValueFactory = _ => "reversible",
    };
    private readonly Option<double?> _stress = SharedOptions.Number("--stress", 0, 1e6, "its stress budget; 0.1");
    private readonly Option<double?> _resources = SharedOptions.Number("--resources", 1, 1e6, "resources at once; 1");
    private readonly Option<double?> _rows = SharedOptions.Number(
        "--rows",
        0,
        1e15,
        "rows that one request may change or lose; none"
    );
    private readonly Option<double?> _outstanding = SharedOptions.Number(
        "--outstanding",
        0,
        1e6,
        "permits that may be out unobserved; 16"
    );
    private readonly Option<double?> _minute = SharedOptions.Number("--per-minute", 1, 1e6, "permits a minute; 60");
    private readonly Option<double?> _irreversible = SharedOptions.Number(
        "--irreversible",
        0,
        1e6,
        "effects without a way back; none"
    );

    public void AddTo(Command command)
    {
        command.Add(_agent);
        Option[] options =
        [
            _id,
            _purpose,
            _may,
            _where,
            _life,
            _renewal,
            _manner,
            _stress,
            _resources,
            _rows,
            _outstanding,
            _minute,
            _irreversible,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    public GrantBody Read(ParseResult parsed) =>
        new()
        {
            Id = parsed.GetValue(_id),
            Agent = parsed.GetRequiredValue(_agent),
            Purpose = parsed.GetRequiredValue(_purpose),
            LifeSeconds = Typed.Seconds("--for", parsed.GetValue(_life)),
            RenewalSeconds = Typed.Seconds("--renew", parsed.GetValue(_renewal)),
            Cone = new ConeBody
            {
                Operations =
                [
                    .. parsed
                        .GetRequiredValue(_may)
                        .SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries)),
                ],
                Where = Typed.Selector(parsed.GetValue(_where) ?? []),
                Manner = parsed.GetValue(_manner),
                Amounts = new AmountsBody
                {
                    Stress = parsed.GetValue(_stress),
                    Resources = (int?)parsed.GetValue(_resources),
                    Rows = (long?)parsed.GetValue(_rows),
                    Outstanding = (int?)parsed.GetValue(_outstanding),
                    PerMinute = (int?)parsed.GetValue(_minute),
                    Irreversible = (int?)parsed.GetValue(_irreversible),
                },
            },
        };
}
