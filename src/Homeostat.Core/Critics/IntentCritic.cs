using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Critics;

/// <summary>A request whose effects exceed what it says of itself, in kind, number, environment or identity, is refused.</summary>
public sealed class IntentCritic : ICritic
{
    public string Name => "critic.intent";

    public IReadOnlyList<Finding> Review(CaseFile file)
    {
        if (file.Request.Intent is not { } intent)
        {
            return [];
        }

        var findings = new List<Finding>();
        foreach (var effect in file.Request.Effects)
        {
            if (
                intent.Operations is { } operations
                && (effect is Effect.Unknown || (effect.Operation & operations) == Operations.None)
            )
            {
                findings.Add(Excess($"says {operations}, would {NameOf(effect)} {effect.Target}", effect));
            }

            if (intent.Kinds is { } kinds && KindOf(file, effect) is var kind && !kinds.Contains(kind))
            {
                findings.Add(Excess($"says {string.Join(", ", kinds)}, {effect.Target} is a {kind}", effect));
            }

            if (intent.Targets is { } targets && !targets.Contains(effect.Target))
            {
                findings.Add(Excess($"would {NameOf(effect)} {effect.Target}, which it does not name", effect));
            }

            if (intent.Environments is { } environments && OutsideOf(file, effect, environments) is { } served)
            {
                findings.Add(
                    Excess($"says {string.Join(", ", environments)}, {effect.Target} serves {served}", effect)
                );
            }
        }

        if (intent.Environments is { } stated)
        {
            AddEnded(file, stated, findings);
        }

        if (intent.Count is { } count && file.Consequences.Touched.Count > count)
        {
            findings.Add(Excess($"says {count} resources, would touch {file.Consequences.Touched.Count}", null));
        }

        AddShortfall(file, intent, findings);
        return findings;
    }

    private static string NameOf(Effect effect) =>
        effect is Effect.Unknown ? "do something unknown to" : effect.Operation.ToString();

    private static string KindOf(CaseFile file, Effect effect) =>
        effect is Effect.Create create ? create.Kind.Name : (file.Estate.Describe(effect.Target)?.Kind ?? default).Name;

    private static string? OutsideOf(CaseFile file, Effect effect, IReadOnlyCollection<string> environments)
    {
        var served = effect is Effect.Create create
            ? create.Environments
            : file.Estate.Describe(effect.Target)?.Environments ?? [];
        var outside = served.Where(environment => !environments.Contains(environment)).ToArray();
        return served.Count == 0 ? "nobody knows what"
            : outside.Length > 0 ? string.Join(", ", outside)
            : null;
    }

    /// <summary>What ends with a target counts too, where it is known to serve something that the request does not name.</summary>
    private void AddEnded(CaseFile file, IReadOnlyCollection<string> environments, List<Finding> findings)
    {
        var touched = file.Consequences.Touched.ToHashSet();
        foreach (var ended in file.Consequences.Destroyed.Where(id => !touched.Contains(id)))
        {
            var served = file.Estate.Describe(ended)?.Environments ?? [];
            if (served.Except(environments).FirstOrDefault() is { } outside)
            {
                findings.Add(
                    Excess($"says {string.Join(", ", environments)}, {ended} ends with it and serves {outside}", null)
                );
            }
        }
    }

    private static void AddShortfall(CaseFile file, Intent intent, List<Finding> findings)
    {
        var touched = file.Consequences.Touched.ToHashSet();
        foreach (var target in intent.Targets ?? [])
        {
            if (!touched.Contains(target))
            {
                // Doing less than announced harms nobody; whoever reads the log may wonder why.
                findings.Add(new Finding("critic.intent", Verdict.Allow, $"it names {target} and does nothing to it"));
            }
        }
    }

    private Finding Excess(string what, Effect? effect) =>
        new(Name, Verdict.Deny, $"the request is not what it says it is: it {what}")
        {
            Path = effect is null ? [] : [effect.Target.Value],
            Remedy = "say what it really does, or do what it says",
        };
}
