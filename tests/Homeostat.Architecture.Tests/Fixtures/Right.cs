namespace Homeostat.Architecture.Tests.Fixtures.Right;

internal sealed class Forbidden
{
    public static int Call() => 1;
}

internal abstract class ForbiddenBase;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class ForbiddenAttribute : Attribute;
