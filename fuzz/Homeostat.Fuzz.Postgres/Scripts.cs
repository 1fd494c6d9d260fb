using System.Text;

namespace Homeostat.Fuzz.Postgres;

/// <summary>Short statements of the SQL scripts in a folder and the folders in it, cut at semicolons at the ends of lines.</summary>
internal static class Scripts
{
    private const int Longest = 300;
    private const int Every = 8;

    public static IEnumerable<byte[]> Statements(string folder) =>
        Directory
            .GetFiles(folder, "*.sql", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllText(file).Split(";\n"))
            .Select(text => text.Trim())
            .Where(text => text.Length is > 10 and < Longest && text[0] is not ('-' or '\\' or '/'))
            .Where((_, at) => at % Every == 0)
            .Select(Encoding.UTF8.GetBytes);
}
