namespace Homeostat.Cli.Rendering;

/// <summary>What each test of a decision is about, in a sentence for those who meet it in an alert.</summary>
internal static class Rules
{
    private static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        ["homeostasis.lethal"] = "A tier 0 or 1 service, its data or its way back would be lost.",
        ["homeostasis.budget"] = "The change costs more health than the lease may spend.",
        ["homeostasis.already-lethal"] = "What is already lost would lose what is left to bring it back.",
        ["homeostasis.unseen"] = "The model has never seen what would be changed.",
        ["homeostasis.no-transition"] = "The model cannot follow this operation on this kind of resource.",
        ["homeostasis.irreversible"] = "Something that matters could not be brought back.",
        ["homeostasis.guard"] = "A backup plan, monitor, audit trail or deletion protection would stop guarding.",
        ["light-cone"] = "The change reaches beyond what its lease covers.",
        ["critic.freshness"] = "What cannot be undone would be done on the word of old evidence.",
        ["critic.premise"] = "The change rests on something false or unknown.",
        ["critic.intent"] = "The change is not what it says it is.",
        ["plan"] = "The plan is not whole: changes may be missing from it.",
        ["report.exposed"] = "Somebody gets a right over something that is there.",
        ["report.guard-lost"] = "Something would no longer be guarded.",
        ["report.unknown-meaning"] = "Nobody wrote down what this change means to its resource.",
        ["lease"] = "There is no lease under which this could be done.",
        ["estate"] = "There is no model of the estate.",
        ["ledger"] = "The decision could not be written down.",
        ["internal"] = "The decision failed.",
        ["request"] = "The request is not valid.",
    };

    public static string SentenceOf(string test) => Sentences.GetValueOrDefault(test, "A test of the decision.");
}
