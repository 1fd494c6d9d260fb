using System.Net;
using System.Net.Sockets;

namespace Homeostat.Bench.Postgres;

/// <summary>For programs that cannot choose a port themselves.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
