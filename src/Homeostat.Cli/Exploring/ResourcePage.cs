using Homeostat.Cli.Loading;
using Homeostat.Cli.Rendering;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Exploring;

/// <summary>Writes down everything that the model knows of one resource, with the source and the age of each piece.</summary>
internal sealed class ResourcePage(LoadedEstate estate, DateTimeOffset now, Terminal terminal)
{
    private const int Indent = 12;

    private readonly Page _page = new(terminal);

    private EstateSnapshot Snapshot => estate.Snapshot;

    public void Show(ResourceId id)
    {
        var resource = Snapshot.Describe(id)!;
        var relations = Snapshot.RelationsOf(id).Distinct().ToArray();
        _page.Paragraph(id.Value, Page.Strong);
        AddFacts(resource);
        AddTier(id);
        AddNeeds(id, relations);
        AddExistence(id, relations);
        AddData(id, relations);
        AddGuards(id, relations);
        AddGuesses(id);
    }

    private void AddFacts(Resource resource)
    {
        var traits = KindTable.Of(resource.Kind);
        var follows =
            traits.Operations == Operations.None
                ? "no operation on it"
                : string.Join(", ", Wording.ListOf(traits.Operations));
        Entry("kind", $"{resource.Kind}{(traits.Stateful ? ", holds state" : "")}", $"the model follows {follows}");
        Entry("where", PlaceOf(resource.Location));
        Entry(
            "serves",
            resource.Environments.Count > 0 ? string.Join(", ", resource.Environments) : "nobody says what"
        );
        if (resource.Owner is { } owner)
        {
            Entry("owner", owner);
        }

        Entry("exists", SeenText(resource.Existence, Snapshot.ShelfLives.Existence));
        var (working, declared) = Snapshot.CapacityOf(resource.Id);
        Entry(
            "state",
            resource.State == RunState.Inherent
                ? $"works while it exists; {working} of {declared}"
                : $"{resource.State.ToString().ToLowerInvariant()}, {SeenText(resource.StateSeen ?? resource.Existence, Snapshot.ShelfLives.State)}; works at {working} of {declared}"
        );
        foreach (var fact in resource.Facts)
        {
            Entry(
                "fact",
                $"{fact.Key} = {fact.Value}, {SeenText(fact.Provenance, Snapshot.ShelfLives.Of(fact.Class))}"
            );
        }
    }

    private void AddTier(ResourceId id)
    {
        var path = TierPath.Of(Snapshot, estate.Copies, id);
        string why =
            path.IsAssumed ? "nothing says how critical it is, so it counts as the most critical"
            : path.Steps.Count == 1 ? "its own"
            : $"because of {path.Steps[^1]}: {Page.Path(path.Steps.Select(step => step.Value))}";
        Entry("tier", $"{(int)path.Tier} ({why})");
    }

    private void AddNeeds(ResourceId id, Relation[] relations)
    {
        var needs = relations.OfType<Relation.Needs>().ToArray();
        var down = needs.Where(need => need.From == id).ToArray();
        var up = needs.Where(need => need.Members.Contains(id)).ToArray();
        Section("Needs", "nothing that the model knows of", down.Select(need => (need.Group, NeedText(need))));
        Section(
            "Is needed by",
            "nothing that the model knows of",
            up.Select(need => ($"tier {(int)Snapshot.EffectiveTierOf(need.From)}", NeededText(need)))
        );
    }

    private string NeedText(Relation.Needs need)
    {
        var members = string.Join(
            ", ",
            need.Members.Select(member => Snapshot.Contains(member) ? member.Value : $"{member} (never seen)")
        );
        return need.Members.Count == 1 && need.K == 1 ? members : $"{need.K} of {need.Members.Count}: {members}";
    }

    private static string NeededText(Relation.Needs need) =>
        need.Members.Count == 1
            ? $"{need.From}"
            : $"{need.From}, as one of {need.Members.Count} of which it needs {need.K}";

    private void AddExistence(ResourceId id, Relation[] relations)
    {
        var lines = relations.Select(relation =>
            relation switch
            {
                Relation.Contains contains when contains.Container == id => ("contains", $"{contains.Content}"),
                Relation.Contains contains => ("inside", $"{contains.Container}"),
                Relation.EncryptedBy encrypted when encrypted.Key == id => ("decrypts", $"{encrypted.Content}"),
                Relation.EncryptedBy encrypted => ("key", $"{encrypted.Key}: without it the content is lost"),
                Relation.StandbyFor standby => (
                    "standby",
                    $"{standby.Name} for {standby.Service}: {string.Join(", ", standby.Members)}"
                ),
                _ => ("", ""),
            }
        );
        Section("Ends with, and stands in for", null, lines.Where(line => line.Item1.Length > 0));
    }

    private void AddData(ResourceId id, Relation[] relations)
    {
        foreach (var asset in relations.OfType<Relation.CopyOf>().Select(copy => copy.Asset).Distinct())
        {
            var copies = estate.Copies[asset].ToArray();
            var title = $"Keeps {asset}: {Wording.Count(copies.Length, "copy", "copies")} in all";
            Section(title, null, copies.Select(copy => (Wording.Of(copy.Role), CopyText(copy, id))));
        }
    }

    private string CopyText(Relation.CopyOf copy, ResourceId id)
    {
        var here = copy.Holder == id ? " (this one)" : "";
        var zone = Snapshot.Describe(copy.Holder)?.Location is { } place ? $", {PlaceOf(place)}" : "";
        var behind =
            copy.Role == CopyRole.Primary ? ""
            : copy.RecoveryPoint is { } point
                ? $"; {Ages.Text(point.Age)} behind, {SeenText(point.Provenance, LimitOf(copy.Role))}"
            : "; nobody says how far behind";
        var tested =
            copy.RestoreTestedAt is { } time ? $"; restore tested {Ages.Text(now - time)} ago"
            : copy.Role == CopyRole.Backup ? "; no restore was ever tested"
            : "";
        return $"{copy.Holder}{here}{zone}{behind}{tested}";
    }

    private TimeSpan LimitOf(CopyRole role) =>
        role == CopyRole.Backup ? Snapshot.ShelfLives.BackupAge : Snapshot.ShelfLives.ReplicationLag;

    private void AddGuards(ResourceId id, Relation[] relations)
    {
        var lines = relations.Select(relation =>
            relation switch
            {
                Relation.Guards guards when guards.Guard == id => ("guards", $"{guards.Guarded} ({guards.Kind})"),
                Relation.Guards guards => ("guarded by", $"{guards.Guard} ({guards.Kind})"),
                Relation.Grants grants when grants.Principal == id => (
                    "may",
                    $"{Wording.Of(grants.Privilege)} {grants.Target}"
                ),
                Relation.Grants grants => ("open to", $"{grants.Principal}: {Wording.Of(grants.Privilege)}"),
                _ => ("", ""),
            }
        );
        Section("Guards and grants", null, lines.Where(line => line.Item1.Length > 0));
    }

    private void AddGuesses(ResourceId id) =>
        Section(
            "Guessed of it",
            null,
            estate
                .Guesses.Where(guess => guess.Subject == id)
                .Select(guess => (Wording.Of(guess.What), $"{guess.Value}: {guess.Reason}"))
        );

    private void Section(string title, string? nothing, IEnumerable<(string Label, string Text)> lines)
    {
        var all = lines.ToArray();
        if (all.Length == 0 && nothing is null)
        {
            return;
        }

        _page.Heading(title);
        if (all.Length == 0)
        {
            Entry("", nothing!);
        }

        foreach (var (label, text) in all)
        {
            Entry(label, text);
        }
    }

    private void Entry(string label, params ReadOnlySpan<string> pieces)
    {
        if (label.Length < Indent)
        {
            _page.Entry(label, Indent, Page.Quiet, pieces);
            return;
        }

        _page.Paragraph(label, Page.Quiet);
        _page.Entry("", Indent, Page.Quiet, pieces);
    }

    private string SeenText(Provenance seen, TimeSpan shelfLife) =>
        seen.Declared ? $"declared in the {seen.Source}"
        : seen.AgeAt(now) is not { } age ? $"from {seen.Source}, at a time that it does not state"
        : seen.IsFreshAt(now, shelfLife) ? $"seen {Ages.Ago(age)} ({seen.Source})"
        : $"seen {Ages.Ago(age)} ({seen.Source}), too old to count";

    private static string PlaceOf(Location location)
    {
        string?[] parts = [location.Provider, location.Account, location.Zone ?? location.Region];
        var known = parts.Where(part => part is not null).ToArray();
        return known.Length > 0 ? string.Join(" / ", known) : "nobody says where";
    }
}
