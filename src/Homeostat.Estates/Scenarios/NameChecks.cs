namespace Homeostat.Estates.Scenarios;

/// <summary>Sees that what a step names is there: a slip of the pen would change the story without a word.</summary>
/// <param name="created">What the steps before have made.</param>
internal sealed class NameChecks(IdPatterns names, HashSet<string> created, ErrorList errors)
{
    private static readonly string[] Verbs =
    [
        "destroy",
        "stop",
        "start",
        "restart",
        "change",
        "detach",
        "attach",
        "promote",
        "lose-data",
        "expose",
        "grant",
        "revoke",
        "disable-guard",
        "read",
        "delegate",
        "unknown",
        "from",
    ];

    public void Check(MapNode step)
    {
        foreach (var key in (string[])["effects", "happens"])
        {
            Effects(step[key]);
        }

        if (step["says"] is MapNode says)
        {
            Names(says["removes"]);
            Names(says["changes"]);
            Names((says["intent"] as MapNode)?["targets"]);
            foreach (var premise in (says["premises"] as ListNode)?.Items ?? [])
            {
                Subject(premise);
            }
        }
    }

    private void Effects(ScenarioNode? effects)
    {
        foreach (var effect in (effects as ListNode)?.Items.OfType<MapNode>() ?? [])
        {
            foreach (var verb in Verbs)
            {
                Names(effect[verb]);
            }

            // Who something is exposed to is any text.
            if (effect["expose"] is null)
            {
                Names(effect["to"]);
            }

            if (effect.TextOf("create") is { } made)
            {
                created.Add(made);
            }

            Subject(effect["if"]);
            Names((effect["undo"] as MapNode)?["needs"]);
        }
    }

    private void Names(ScenarioNode? node)
    {
        switch (node)
        {
            case ListNode list:
                foreach (var item in list.Items)
                {
                    Names(item);
                }

                break;
            case MapNode selector:
                Names(selector["ids"]);
                break;
            case ScalarNode { IsEmpty: false } name
                when !created.Contains(name.Text)
                    && !(IdPatterns.IsPattern(name.Text) && created.Any(id => IdPatterns.Fits(name.Text, id))):
                names.RefuseUnknown(name.Text, name, errors);
                break;
        }
    }

    private void Subject(ScenarioNode? predicate)
    {
        if (predicate is ScalarNode { Text: var text } node && text.Split(' ') is [var subject, _, _, ..])
        {
            Names(new ScalarNode(node.Line, subject, IsQuoted: true));
        }
    }
}
