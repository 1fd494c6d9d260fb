using System.Net;

namespace Homeostat.Ledger.Tiles;

/// <summary>The published files of a log on a server; anything but 200 and 404 is an error, and answers are bounded.</summary>
public sealed class HttpTiles : ITileSource, IDisposable
{
    private readonly HttpClient _client;

    public HttpTiles(Uri prefix)
    {
        _client = new HttpClient { BaseAddress = prefix, Timeout = Limits.HttpTimeout };
        _client.MaxResponseContentBufferSize = Limits.TileFileBytes;
    }

    public byte[]? Read(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        try
        {
            using var response = _client.Send(request);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new TileException(path, $"the server answered {(int)response.StatusCode}");
            }

            using var content = response.Content.ReadAsStream();
            using var buffer = new MemoryStream();
            content.CopyTo(buffer);
            return buffer.ToArray();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new TileException(path, $"could not be fetched: {e.Message}");
        }
    }

    public void Dispose() => _client.Dispose();
}
