using Homeostat.Architecture.Tests.Fixtures.Right;

namespace Homeostat.Architecture.Tests.Fixtures.Left;

internal sealed class Innocent
{
    public string Name => nameof(Forbidden);
}

internal sealed class InField
{
    private Forbidden? _field;

    public void Forget() => _field = null;

    public override string ToString() => $"{_field is null}";
}

internal interface InSignature
{
    void Take(Forbidden argument);
}

internal interface InGenericArgument
{
    IReadOnlyList<KeyValuePair<int, Forbidden>> All { get; }
}

internal interface ByArray
{
    Forbidden[][] All { get; }
}

internal static class InBody
{
    public static object Make()
    {
        var made = new Forbidden();
        return made;
    }
}

internal static class InLambda
{
    public static Func<object> Make(int number) => () => number > 0 ? new Forbidden() : "";
}

internal static class InAsync
{
    public static async Task<object> Make()
    {
        await Task.Yield();
        return new Forbidden();
    }
}

internal static class InIterator
{
    public static IEnumerable<object> Make()
    {
        yield return new Forbidden();
    }
}

internal static class InNestedType
{
    internal sealed class Inner
    {
        public Forbidden? Held { get; init; }
    }
}

internal static class ByTypeof
{
    public static string Name => typeof(Forbidden).Name;
}

internal static class ByPattern
{
    public static bool Is(object value) => value is Forbidden;
}

internal static class ByStaticCall
{
    public static int Call() => Forbidden.Call();
}

internal sealed class ByBase : ForbiddenBase;

[Forbidden]
internal sealed class ByAttribute;
