using Homeostat.Client.Contract;

namespace Homeostat.SystemTests.Postgres.Site;

/// <summary>What the agents of the tests are lent.</summary>
internal static class Cones
{
    private const int Many = 1_000_000;

    /// <summary>Looking at everything in the shop.</summary>
    public static ConeBody Reading =>
        new()
        {
            Operations = ["all"],
            Where = new SelectorBody { Ids = ["pg:main/shop", "pg:main/shop/*"] },
            Amounts = new AmountsBody { PerMinute = Many, Outstanding = Many },
            Manner = "read-only",
        };

    /// <summary>Ordinary work on the notes, a few rows at a time, and nothing else.</summary>
    public static ConeBody Notes =>
        new()
        {
            Operations = ["read", "create", "change", "lose-data"],
            Where = new SelectorBody { Ids = ["pg:main/shop", "pg:main/shop/public.notes"] },
            Amounts = new AmountsBody
            {
                Resources = 5,
                Rows = 10,
                Stress = 10,
                PerMinute = Many,
                Outstanding = Many,
            },
            Manner = "reversible",
        };

    /// <summary>Everything in one database, for as long and as often as the agent likes.</summary>
    public static ConeBody Whole(string database) =>
        new()
        {
            Operations = ["all"],
            Where = new SelectorBody
            {
                Ids = ["pg:main", $"pg:main/{database}", $"pg:main/{database}/*", $"pg:main/{database}#*"],
            },
            Amounts = new AmountsBody
            {
                Resources = Many,
                Rows = long.MaxValue,
                Stress = Many,
                Irreversible = Many,
                PerMinute = Many,
                Outstanding = Many,
            },
            Manner = "irreversible-with-critics",
        };
}
