using System.Globalization;
using System.Text.Json;

namespace Homeostat.Testing;

/// <summary>
/// Writes large raw version 4 states of an AWS estate: cells of a network, a load-balanced service, a database, a queue
/// with its consumer and their guards. The same seed and size give the same bytes.
/// </summary>
public sealed class GeneratedState
{
    private readonly GeneratedCell _cell;
    private readonly Utf8JsonWriter _json;
    private int _written;

    private GeneratedState(Utf8JsonWriter json, int seed) => (_json, _cell) = (json, new GeneratedCell(seed));

    /// <summary>Writes a state with exactly this many managed resources.</summary>
    public static void Write(Stream stream, int resources, int seed = 1)
    {
        using var json = new Utf8JsonWriter(stream);
        new GeneratedState(json, seed).WriteState(resources);
    }

    /// <summary>Writes it into a file and gives the file's path.</summary>
    public static string WriteFile(string path, int resources, int seed = 1)
    {
        using var stream = File.Create(path);
        Write(stream, resources, seed);
        return path;
    }

    private void WriteState(int resources)
    {
        _json.WriteStartObject();
        _json.WriteNumber("version", 4);
        _json.WriteString("terraform_version", "1.9.5");
        _json.WriteNumber("serial", 42);
        _json.WriteString("lineage", "0b7a3c5e-6f0d-4a9e-8c1b-2d3e4f5a6b7c");
        _json.WriteStartObject("outputs");
        _json.WriteEndObject();
        _json.WriteStartArray("resources");
        for (var cell = 0; _written < resources; cell++)
        {
            foreach (var (type, name, attributes) in _cell.Of(cell).Take(resources - _written))
            {
                WriteResource($"module.cell[{cell}]", type, name, attributes);
                _written++;
            }
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteResource(string module, string type, string name, object attributes)
    {
        _json.WriteStartObject();
        _json.WriteString("module", module);
        _json.WriteString("mode", "managed");
        _json.WriteString("type", type);
        _json.WriteString("name", name);
        _json.WriteString("provider", "provider[\"registry.terraform.io/hashicorp/aws\"]");
        _json.WriteStartArray("instances");
        _json.WriteStartObject();
        _json.WriteNumber("schema_version", 1);
        _json.WritePropertyName("attributes");
        JsonSerializer.Serialize(_json, attributes);
        _json.WriteStartArray("sensitive_attributes");
        _json.WriteEndArray();
        _json.WriteString("private", "bnVsbA==");
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
    }
}
