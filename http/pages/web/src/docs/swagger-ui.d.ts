/** The part of the viewer's interface that we use; the package brings no types. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  type ViewerRequest = { method: string; headers: Record<string, string> };

  export default function SwaggerUI(options: {
    url: string;
    dom_id: string;
    deepLinking: boolean;
    docExpansion: 'list' | 'full' | 'none';
    defaultModelsExpandDepth: number;
    filter: boolean;
    tryItOutEnabled: boolean;
    validatorUrl: null;
    /** A component's replacement is made from the original. */
    plugins: { wrapComponents: Record<string, (original: unknown) => () => null> }[];
    requestInterceptor: (request: ViewerRequest) => ViewerRequest;
  }): void;
}
