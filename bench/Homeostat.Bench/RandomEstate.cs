using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Bench;

/// <summary>
/// A seeded estate of any size with five relations a resource: cells of fifty resources (three services over twenty-seven
/// instances, a database with replicas and a backup, what they stand on, and what guards them), in six zones. Services
/// need services of the next of four layers, anywhere in the estate, so that the reach of one resource does not grow with
/// the estate; only the gateway of a zone carries a tenth of it.
/// </summary>
internal sealed class RandomEstate
{
    public const int CellSize = 50;
    public const int Zones = 6;
    private const int Layers = 4;

    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly int _cells;
    private readonly Random _random;
    private readonly EstateBuilder _builder = new(ShelfLives.Default);

    private RandomEstate(int resources, int seed) => (_cells, _random) = (resources / CellSize, new Random(seed));

    public static EstateSnapshot Build(int resources, int seed)
    {
        var estate = new RandomEstate(resources, seed);
        for (var zone = 0; zone < Zones; zone++)
        {
            estate._builder.Add(Cell.Record(Gateway(zone), "network-gateway"));
        }

        for (var cell = 0; cell < estate._cells; cell++)
        {
            new Cell(estate._builder, cell, estate._random.Next(Zones), (Tier)estate._random.Next(4)).Add(
                estate.NextLayer(cell)
            );
        }

        return estate._builder.Build();
    }

    public static ResourceId Gateway(int zone) => new($"zone-{zone}.gateway");

    /// <summary>The way to take the resource away that its kind offers: to stop it, or else to destroy it.</summary>
    public static Effect Loss(EstateSnapshot estate, int node) =>
        estate.TraitsOf(node).OffersStop ? new Effect.Stop(estate.IdOf(node)) : new Effect.Destroy(estate.IdOf(node));

    /// <summary>Different resources all over the estate, in random order.</summary>
    public static int[] Targets(EstateSnapshot estate, int count, int seed)
    {
        var nodes = Enumerable.Range(0, estate.Count).ToArray();
        new Random(seed).Shuffle(nodes);
        return [.. Enumerable.Range(0, count).Select(at => nodes[at % nodes.Length])];
    }

    private ResourceId[] NextLayer(int cell) =>
        cell % Layers == Layers - 1 ? [] : [Service(cell), Service(cell), Service(cell)];

    private ResourceId Service(int cell) =>
        new(Cell.Name((_random.Next(_cells / Layers) * Layers) + (cell % Layers) + 1, Cell.Services[_random.Next(3)]));
}
