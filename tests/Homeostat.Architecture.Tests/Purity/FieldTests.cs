using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Homeostat.Core.Estate;

namespace Homeostat.Architecture.Tests.Purity;

/// <summary>Nothing that others can see is a field that they could change.</summary>
public sealed class FieldTests
{
    [SuppressMessage("Design", "CA1051", Justification = "The control: the rule must find it.")]
    public int Control;

    public static TheoryData<string> Assemblies =>
        [.. Directory.GetFiles(AppContext.BaseDirectory, "homeostat*.dll").Concat(Products()).Distinct()];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_visible_field_can_be_changed(string file) =>
        Assert.Empty(MutableFields(Assembly.Load(Path.GetFileNameWithoutExtension(file)).GetTypes()));

    [Fact]
    public void The_assemblies_are_found()
    {
        var names = Assemblies.Select(row => Path.GetFileNameWithoutExtension(row.Data)).ToArray();

        Assert.Contains("homeostat", names);
        Assert.Contains(typeof(EstateSnapshot).Assembly.GetName().Name, names);
        Assert.Contains("Homeostat.Ledger", names);
        Assert.Contains("Homeostat.Estates", names);
    }

    [Fact]
    public void A_visible_field_that_can_be_changed_is_found() =>
        Assert.Contains($"{typeof(FieldTests).FullName}.Control", MutableFields([typeof(FieldTests)]));

    private static IEnumerable<string> Products() =>
        Directory
            .GetFiles(AppContext.BaseDirectory, "Homeostat.*.dll")
            .Where(file => Path.GetFileNameWithoutExtension(file) is var name && !name.Contains("Test"));

    private static IEnumerable<string> MutableFields(IEnumerable<Type> types) =>
        types
            .Where(type => type.IsVisible)
            .SelectMany(type => type.GetFields(Public))
            .Where(field => !field.IsInitOnly && !field.IsLiteral && !field.IsSpecialName)
            .Select(field => $"{field.DeclaringType!.FullName}.{field.Name}");

    private const BindingFlags Public =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
}
