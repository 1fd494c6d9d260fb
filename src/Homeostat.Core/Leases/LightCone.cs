using Homeostat.Core.Estate;

namespace Homeostat.Core.Leases;

/// <summary>How far an agent may go, from looking to what cannot be undone. <c>default</c> is looking.</summary>
public enum Manner : byte
{
    ReadOnly = 0,

    /// <summary>Only what has a way back.</summary>
    Reversible = 1,

    /// <summary>Also what has one only because the gateway puts things aside instead of deleting them.</summary>
    Quarantine = 2,

    /// <summary>Anything that the critics let pass.</summary>
    IrreversibleWithCritics = 3,
}

/// <summary>A time at which nothing may be changed.</summary>
/// <param name="Where">Null = everywhere.</param>
public sealed record Freeze(string Name, DateTimeOffset From, DateTimeOffset To, string Reason, Selector? Where = null);

/// <summary>A part of each day (UTC) in which the lease may be used.</summary>
/// <param name="Days">Empty = never.</param>
public sealed record Window(IReadOnlyList<DayOfWeek> Days, TimeOnly From, TimeOnly To)
{
    public bool Contains(DateTimeOffset now)
    {
        var time = TimeOnly.FromDateTime(now.UtcDateTime);
        return Days.Contains(now.UtcDateTime.DayOfWeek) && time >= From && time < To;
    }
}

/// <summary>How much may be touched, lost and spent; each is a ceiling, and zero is none.</summary>
public sealed record Amounts
{
    /// <summary>Resources that one request may touch or end.</summary>
    public int Resources { get; init; } = 1;

    /// <summary>Rows or objects that one request may lose.</summary>
    public long Rows { get; init; }

    /// <summary>The stress budget over the life of the lease.</summary>
    public double Stress { get; init; } = 0.1;

    /// <summary>Effects without a way back, over the life of the lease.</summary>
    public int Irreversible { get; init; }

    /// <summary>Permits a minute.</summary>
    public int PerMinute { get; init; } = 60;

    /// <summary>Permits that may be out without having been observed.</summary>
    public int Outstanding { get; init; } = 16;

    public bool IsWithin(Amounts outer) =>
        Resources <= outer.Resources
        && Rows <= outer.Rows
        && Stress <= outer.Stress
        && Irreversible <= outer.Irreversible
        && PerMinute <= outer.PerMinute
        && Outstanding <= outer.Outstanding;
}

/// <summary>How far in space, in time and in consequence an agent may act. Bound to effects, not to names of commands.</summary>
public sealed record LightCone
{
    public required Operations Operations { get; init; }

    public Selector Where { get; init; } = Selector.Everything;

    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Null = at any time of the day.</summary>
    public IReadOnlyList<Window>? Windows { get; init; }

    public IReadOnlyList<Freeze> Freezes { get; init; } = [];

    public Amounts Amounts { get; init; } = new();

    public Manner Manner { get; init; }

    /// <summary>The dimension in which this reaches beyond the other, or null where it does not.</summary>
    public string? ReachesBeyond(LightCone outer) =>
        (Operations & ~outer.Operations) != Operations.None ? $"operations {Operations & ~outer.Operations}"
        : !Where.IsWithin(outer.Where) ? "where"
        : outer.NotBefore is { } start && (NotBefore is null || NotBefore < start) ? "not before"
        : outer.Windows is not null
        && !(
            Windows is not null && Windows.All(window => outer.Windows.Any(other => LeaseTerms.AreSame(window, other)))
        )
            ? "windows"
        : !outer.Freezes.All(freeze => Freezes.Any(other => LeaseTerms.AreSame(freeze, other))) ? "freezes"
        : !Amounts.IsWithin(outer.Amounts) ? "amounts"
        : Manner > outer.Manner ? "manner"
        : null;
}
