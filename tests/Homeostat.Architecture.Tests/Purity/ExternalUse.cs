using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Homeostat.Architecture.Tests.Purity;

/// <summary>
/// What an assembly uses of other assemblies, read from its metadata: whatever its code calls, in a lambda or a state
/// machine too, must stand in these tables.
/// </summary>
internal static class ExternalUse
{
    /// <summary>Full names of types (<c>System.IO.File</c>) and of members (<c>System.DateTime.get_UtcNow</c>).</summary>
    public static ImmutableSortedSet<string> Of(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var names = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var handle in metadata.TypeReferences)
        {
            names.Add(NameOf(metadata, handle));
        }

        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                var type = NameOf(metadata, (TypeReferenceHandle)member.Parent);
                names.Add($"{type}.{metadata.GetString(member.Name)}");
            }
        }

        return names.ToImmutable();
    }

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            return $"{NameOf(metadata, (TypeReferenceHandle)type.ResolutionScope)}.{name}";
        }

        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
