using System.Globalization;
using Homeostat.Core.Estate;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

/// <summary>What a source said at its first listing, to be asked in a test's words.</summary>
internal sealed class ListedEstate(IReadOnlyList<EstateChange> changes)
{
    private readonly Dictionary<string, EstateChange.Upsert> _records = changes
        .OfType<EstateChange.Upsert>()
        .ToDictionary(record => record.Resource.Id.Value);

    public IReadOnlyList<EstateChange> Changes => changes;

    public IEnumerable<string> Ids => _records.Keys;

    public Resource this[string id] => _records[id].Resource;

    public static async Task<ListedEstate> OfAsync(IEstateSource source)
    {
        await foreach (var batch in source.WatchAsync(TestContext.Current.CancellationToken))
        {
            return new ListedEstate(batch.Changes);
        }

        throw new InvalidOperationException("the source ended without a listing");
    }

    /// <summary>The relations of one record, each as a short line.</summary>
    public IReadOnlyList<string> Of(string id) => Lines(_records[id]);

    public static IReadOnlyList<string> Lines(EstateChange.Upsert record) => [.. record.Relations.Select(Line)];

    public string? Fact(string id, string key) =>
        this[id].Facts.Where(fact => fact.Key == key).Select(fact => fact.Value.ToString()).FirstOrDefault();

    public EstateSnapshot Snapshot() => new EstateModel(ShelfLives.Default).Apply(new EstateBatch(changes, true));

    private static string Line(Relation relation) =>
        relation switch
        {
            Relation.Contains contains => $"in {contains.Container}",
            Relation.Needs needs => $"needs {needs.K} of {string.Join(',', needs.Members)}",
            Relation.CopyOf copy => $"{copy.Role} of {copy.Asset}",
            Relation.Grants grants => $"{grants.Principal} may {grants.Privilege}",
            Relation.Guards guards => $"guards {guards.Guarded}",
            _ => relation.ToString().ToUpper(CultureInfo.InvariantCulture),
        };
}
