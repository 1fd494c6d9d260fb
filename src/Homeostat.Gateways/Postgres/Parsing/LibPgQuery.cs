using System.Runtime.InteropServices;

namespace Homeostat.Gateways.Postgres.Parsing;

/// <summary>
/// PostgreSQL's own parser as a library. It recurses over the tree that it writes: only threads with
/// <see cref="Limits.ParserStackBytes"/> may call it.
/// </summary>
internal static partial class LibPgQuery
{
    /// <summary>The tree as JSON, or the parser's error. The text ends with a NUL and has no other.</summary>
    public static T Parse<T>(byte[] terminated, Func<nint, T> onTree, Func<string, int, T> onError)
    {
        var result = NativeParse(terminated);
        try
        {
            if (result.Error != 0)
            {
                var error = Marshal.PtrToStructure<Error>(result.Error);
                return onError(Marshal.PtrToStringUTF8(error.Message) ?? "unknown error", error.CursorPosition);
            }

            return result.Tree == 0 ? onError("the parser gave no tree", 0) : onTree(result.Tree);
        }
        finally
        {
            NativeFree(result);
        }
    }

    [LibraryImport("pg_query", EntryPoint = "pg_query_parse")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial Result NativeParse(byte[] input);

    [LibraryImport("pg_query", EntryPoint = "pg_query_free_parse_result")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void NativeFree(Result result);

    /// <summary><c>PgQueryParseResult</c> of pg_query.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Result
    {
        public readonly nint Tree;
        public readonly nint StandardError;
        public readonly nint Error;
    }

    /// <summary><c>PgQueryError</c> of pg_query.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Error
    {
        public readonly nint Message;
        public readonly nint Function;
        public readonly nint File;
        public readonly int Line;
        public readonly int CursorPosition;
        public readonly nint Context;
    }
}
