package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.handlers.CompositeHandler;
import com.amazonaws.athena.connector.lambda.security.LocalKeyFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** A connector on the SDK's own handlers, served over HTTP on loopback as Lambda's emulator would. */
final class JavaConnector {
    private final CompositeHandler handler;

    private JavaConnector(CompositeHandler handler) {
        this.handler = handler;
    }

    /**
     * {"s3": endpoint, "bucket", "sealed", "maxBlockSize"?} to {"port", "tables": {name: {"columns", "partition", "rows"}}};
     * the rows are told from where the connector takes them, not from Arrow.
     */
    static JsonNode start(JsonNode command) throws IOException {
        String endpoint = command.get("s3").asText();
        Aws.settings(endpoint);
        Map<String, String> options = new HashMap<>(Map.of("spill_bucket", command.get("bucket").asText()));
        if (command.has("maxBlockSize")) {
            options.put("MAX_BLOCK_SIZE_BYTES", command.get("maxBlockSize").asText());
        }
        LocalKeyFactory keys = command.path("sealed").asBoolean() ? new LocalKeyFactory() : null;
        CompositeHandler handler =
                new CompositeHandler(
                        new Listing(keys, command.get("bucket").asText(), options),
                        new Reading(Aws.s3(endpoint), SecretsManagerClient.create(), AthenaClient.create(), options),
                        new Functions());
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", new JavaConnector(handler)::invoke);
        server.setExecutor(Executors.newFixedThreadPool(4, JavaConnector::background));
        server.start();
        ObjectNode answer = Main.JSON.createObjectNode();
        answer.put("port", server.getAddress().getPort());
        ObjectNode tables = answer.putObject("tables");
        for (Source source : Source.ALL) {
            ArrayNode rows = tables.putObject(source.name()).putArray("rows");
            source.partitions().forEach(partition -> source.rows(partition).forEach(row -> rows.add(source.told(row))));
        }
        return answer;
    }

    private static Thread background(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private void invoke(HttpExchange exchange) throws IOException {
        byte[] body;
        try (ByteArrayOutputStream answer = new ByteArrayOutputStream()) {
            handler.handleRequest(exchange.getRequestBody(), answer, null);
            body = answer.toByteArray();
        } catch (RuntimeException | LinkageError error) {
            ObjectNode told = Main.JSON.createObjectNode();
            told.put("errorMessage", error.getMessage()).put("errorType", error.getClass().getName());
            for (StackTraceElement line : error.getStackTrace()) {
                told.withArray("/stackTrace").add(line.toString());
            }
            exchange.getResponseHeaders().add("X-Amz-Function-Error", "Unhandled");
            body = Main.JSON.writeValueAsBytes(told);
        }
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
